/** The flags of `countersign up`. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts'
import type { UpOptions } from './run.ts'

/** Adds the command. */
export function addUpCommand(program: Command, context: Context): void {
  program
    .command('up')
    .summary('start an authorization server and a guarded notes server')
    .description(
      'Starts an authorization server and a notes server behind the guard, on this machine only, and keeps their data in\n' +
        'one folder. Runs until Ctrl-C.',
    )
    .option(
      '--port <n>',
      'port of the authorization server; the notes server takes the next; 0: free ones',
      readPort,
      7400,
    )
    .option('--data <dir>', 'folder for the databases and credentials', DEFAULT_DATA_FOLDER)
    .option('--json', 'print one line of JSON when ready; it holds the private key of the client')
    .option('--verbose', 'tell every decision of the guard on stderr')
    .addHelpText('after', '\nExamples:\n  countersign up\n  countersign up --port 0 --data /tmp/try --json')
    .action(async (options: UpOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runUp } = await import('./run.ts')
      await runUp(options, context)
    })
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  // The notes server takes the next one.
  if (!(port <= 65_534)) throw new InvalidArgumentError('A port is a number from 0 to 65534.')
  return port
}
