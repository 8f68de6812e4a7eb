/** The flags of `countersign serve`. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import type { ServeOptions } from './run.ts'

const DESCRIPTION =
  'Runs the authorization server for production, as the configuration file says: on SQLite on one host, or on PostgreSQL ' +
  'and Redis on several. A primary process keeps the workers running, which share one port. SIGHUP takes over a changed ' +
  'file, worker by worker; SIGTERM lets calls under way end. docs/operations.md tells what to run, watch and do. Logs go ' +
  'to stderr: as lines on a terminal, else as JSON.'

const EXAMPLES = `
Examples:
  countersign serve --config /etc/countersign/serve.json --check
  countersign serve --config /etc/countersign/serve.json --workers 4
  kill -HUP <pid>       take over the changed file
  kill -TERM <pid>      stop when calls under way have ended`

/** Adds the command. */
export function addServeCommand(program: Command, context: Context): void {
  program
    .command('serve')
    .summary('run the authorization server for production')
    .description(DESCRIPTION)
    .requiredOption('--config <file>', 'what to serve, and with which stores')
    .option('--workers <n>', 'processes that serve; default: `workers` of the file, or 1', readCount)
    .option('--check', 'read the file, open the stores, and say what is wrong; serves nothing')
    .option('--json', 'print one line of JSON when ready')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ServeOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runServe } = await import('./run.ts')
      await runServe(options, context)
    })
}

function readCount(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > 64) throw new InvalidArgumentError('Workers are 1 to 64.')
  return count
}
