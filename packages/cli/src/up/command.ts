/** The flags of `countersign up`. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import { LOG_LEVELS } from '../log/level.ts'
import type { UpOptions } from './run.ts'

/** Adds the command. */
export function addUpCommand(program: Command, context: Context): void {
  program
    .command('up')
    .summary('start an authorization server, an attestation issuer and a guarded notes server')
    .description(
      'Starts an authorization server, an attestation issuer and a notes server behind the guard, on this machine only,\n' +
        'and keeps their data in one folder. Runs until Ctrl-C. Logs go to stderr: as lines on a terminal, else as JSON.',
    )
    .option(
      '--port <n>',
      'port of the authorization server; the notes server takes the next, the attestation issuer the third after it; ' +
        '0: free ones',
      readPort,
      7400,
    )
    .option('--data <dir>', 'folder for the databases and credentials', DEFAULT_DATA_FOLDER)
    .option(
      '--admin-port <n>',
      'port of /metrics, /readyz and /healthz; default: the second after --port',
      readAdminPort,
    )
    .option('--json', 'print one line of JSON when ready; it holds the private key of the client')
    .addOption(new Option('--log-level <level>', 'what to tell on stderr').choices(LOG_LEVELS).default('warn'))
    .addOption(new Option('--verbose', 'tell everything, every decision too').implies({ logLevel: 'debug' }))
    .addHelpText('after', '\nExamples:\n  countersign up\n  countersign up --port 0 --data /tmp/try --json')
    .action(async (options: UpOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runUp } = await import('./run.ts')
      await runUp(options, context)
    })
}

function readPort(text: string): number {
  // The notes server, the admin listener and the attestation issuer take the three after it.
  return readNumber(text, 65_532)
}

function readAdminPort(text: string): number {
  return readNumber(text, 65_535)
}

function readNumber(text: string, greatest: number): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= greatest)) throw new InvalidArgumentError(`A port is a number from 0 to ${greatest}.`)
  return port
}
