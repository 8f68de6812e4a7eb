/** `countersign token …`: looking at tokens, and ending them. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import { wrongUsage } from '../exit.ts'
import type { RevokeOptions } from './revoke.ts'
import type { ConfiguredRevokeOptions } from './revoke-configured.ts'
import type { VerifyOptions } from './verify.ts'

/** Flags that mean something in the database of `serve` alone. */
const SERVE_ONLY = ['client', 'subject', 'grant', 'attestationKey'] as const

/** Adds the commands. */
export function addTokenCommands(program: Command, context: Context): void {
  const token = program.command('token').summary('inspect, verify or revoke a token; revoke an agent or a capability')
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
    .summary('end a token, all of one agent, or a capability before its time')
    .description(
      'Revokes an access or refresh token at its authorization server (RFC 7009), as the client that it was issued to.\n' +
        'With --agent or --capability, and for whoever runs up: all that is bound to one agent’s key, or one capability ' +
        'with all that were narrowed from it. Guards that follow the feed of that server refuse it within 2 seconds.\n' +
        'With --config, the same in the database of serve, and more: a client, a person, a consent, a key of attestations.',
    )
    .argument('[token]', 'the token, or - for stdin')
    .addOption(
      new Option('--agent <thumbprint>', 'the key of one instance of an agent: jkt in the log').conflicts('capability'),
    )
    .option('--capability <id>', 'a capability: id in the authorization_details of a token')
    .option('--data <dir>', 'folder with the credentials that up left', DEFAULT_DATA_FOLDER)
    .option('--config <file>', 'the configuration of serve, in whose database it is revoked')
    .option('--client <id>', 'with --config: all that was issued to a client so far')
    .option('--subject <id>', 'with --config: all that was issued for a person so far')
    .option('--grant <id>', 'with --config: all that one consent approved; grant_id of a token')
    .option('--attestation-key <thumbprint>', 'with --config: all that rests on the word of a key of attestations')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign token revoke - < token.txt\n' +
        '  countersign token revoke --agent _agOp39BPgPdoz3eD_Ike1zPanq0aRM9a97LCRVOJn8\n' +
        '  countersign token revoke --config /etc/countersign/serve.json --client my-agent',
    )
    .action(async (argument: string | undefined, options: RevokeOptions & Partial<ConfiguredRevokeOptions>) => {
      const { config } = options
      if (config !== undefined) {
        if (argument !== undefined) throw wrongUsage('With --config, name what to revoke by a flag; give no token.')
        const { revokeConfigured } = await import('./revoke-configured.ts')
        return revokeConfigured({ ...options, config }, context)
      }
      if (SERVE_ONLY.some((name) => options[name] !== undefined)) {
        throw wrongUsage('--client, --subject, --grant and --attestation-key need --config.')
      }
      if (options.agent === undefined && options.capability === undefined) {
        const { revokeToken } = await import('./revoke.ts')
        return revokeToken(argument, options, context)
      }
      if (argument !== undefined) throw wrongUsage('Give a token, or --agent, or --capability; not two of them.')
      const { revokeAtHome } = await import('./revoke-at-home.ts')
      return revokeAtHome(options, context)
    })
}
