/** `countersign token …`: looking at access tokens. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { VerifyOptions } from './verify.ts'

/** Adds the commands. */
export function addTokenCommands(program: Command, context: Context): void {
  const token = program.command('token').summary('inspect or verify an access token')
  token
    .command('inspect')
    .summary('decode a token and explain it; verifies nothing')
    .description('Decodes a JWT and explains it claim by claim. Verifies nothing.')
    .argument('[token]', 'the token, or - for stdin')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', '\nExample:\n  pbpaste | countersign token inspect -')
    .action(async (argument: string | undefined, options: { json?: true }) => {
      const { inspectToken } = await import('./inspect.ts')
      await inspectToken(argument, options, context)
    })
  token
    .command('verify')
    .summary('verify an access token against the keys of its issuer')
    .description(
      'Verifies signature, issuer, audience, type and time of a JWT access token, as a resource server does.',
    )
    .argument('[token]', 'the token, or - for stdin')
    .requiredOption('--issuer <url>', 'the authorization server whose keys count')
    .requiredOption('--resource <url>', 'the server that it should be for')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExample:\n  countersign token verify --issuer http://127.0.0.1:7400 --resource http://127.0.0.1:7401/mcp - < token.txt',
    )
    .action(async (argument: string | undefined, options: VerifyOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { verifyToken } = await import('./verify.ts')
      await verifyToken(argument, options, context)
    })
}
