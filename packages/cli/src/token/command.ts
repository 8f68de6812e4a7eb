/** `countersign token …`: looking at tokens, and ending them. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import type { RevokeOptions } from './revoke.ts'
import type { VerifyOptions } from './verify.ts'

/** Adds the commands. */
export function addTokenCommands(program: Command, context: Context): void {
  const token = program.command('token').summary('inspect, verify or revoke a token')
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
  token
    .command('revoke')
    .summary('end a token before its time')
    .description(
      'Revokes an access or refresh token at its authorization server (RFC 7009), as the client that it was issued to.\n' +
        'Guards that follow the feed of that server refuse it within 2 seconds.',
    )
    .argument('[token]', 'the token, or - for stdin')
    .option('--data <dir>', 'folder with the credentials that up left', DEFAULT_DATA_FOLDER)
    .option('--json', 'print one line of JSON')
    .addHelpText('after', '\nExample:\n  countersign token revoke - < token.txt')
    .action(async (argument: string | undefined, options: RevokeOptions) => {
      const { revokeToken } = await import('./revoke.ts')
      await revokeToken(argument, options, context)
    })
}
