/** The commands for whoever runs an attestation issuer. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import type { IssuerOptions } from './open-issuer.ts'
import type { PublishOptions } from './publish.ts'
import type { RevokeOptions } from './revoke.ts'

/** Words of RFC 5280 §5.3.1, as bundles write them. */
const REASONS = ['key_compromise', 'cessation_of_operation', 'superseded', 'unspecified'] as const

/** Adds them. */
export function addOperatorCommands(attest: Command, context: Context): void {
  operating(attest.command('rotate'))
    .summary('let a new key take over from the one that signs')
    .description(
      'Makes a new signing key and publishes it. It signs after an hour, when everybody has had the time to learn of it; ' +
        'what the old one signed stays good for as long as it lives. A running up takes notice within a second.',
    )
    .addHelpText('after', '\nExample:\n  countersign attest rotate')
    .action(async (options: IssuerOptions) => {
      const { rotateKey } = await import('./rotate.ts')
      await rotateKey(options, context)
    })
  operating(attest.command('revoke'))
    .argument('[key-id]', 'which key; without it you are told which there are')
    .summary('take a signing key out of trust, at once and for good')
    .description(
      'Revokes a signing key, with every attestation that it ever signed and every token minted from one; another key ' +
        'takes its place. Whoever reads the signed bundle learns of it; with --notify one server is told at once.',
    )
    .addOption(new Option('--reason <word>', 'why').choices(REASONS).default('key_compromise'))
    .option('--notify <url>', 'where security events are taken (RFC 8935), with --audience')
    .option('--audience <uri>', 'the server that takes them')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign attest revoke 7KO4d1BayC4-0mqQzAOjHmre_QzdmYNpaQNbnlrxgYw\n' +
        '  countersign attest revoke 7KO4d1BayC4-0mqQzAOjHmre_QzdmYNpaQNbnlrxgYw \\\n    --notify http://127.0.0.1:7401/security-events --audience http://127.0.0.1:7401/mcp',
    )
    .action(async (keyId: string | undefined, options: RevokeOptions) => {
      const { revokeKey } = await import('./revoke.ts')
      await revokeKey(keyId, options, context)
    })
  operating(attest.command('publish'))
    .summary('write the key set and the signed bundle as files')
    .description(
      'Writes jwks.json and keys.jwt, to be served from anywhere: whoever trusts the root trusts the bundle.',
    )
    .requiredOption('--out <dir>', 'folder that they are written to')
    .addHelpText('after', '\nExample:\n  countersign attest publish --out public')
    .action(async (options: PublishOptions) => {
      const { publishKeys } = await import('./publish.ts')
      await publishKeys(options, context)
    })
}

function operating(command: Command): Command {
  return command
    .option('--data <dir>', 'folder of the issuer, the one of up', DEFAULT_DATA_FOLDER)
    .option('--issuer <url>', 'what the issuer is called; default: as up left it')
    .option('--root <file>', 'the key that signs bundles; default: the one in the folder')
    .option('--json', 'print one line of JSON')
}
