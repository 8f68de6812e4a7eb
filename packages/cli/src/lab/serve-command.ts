/** The flags of `countersign lab serve`. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import type { LabServeOptions } from './serve.ts'

/** Adds the command. */
export function addLabServeCommand(lab: Command, context: Context): void {
  lab
    .command('serve')
    .summary('run attacks on a page, and see the messages travel')
    .description(
      'Serves a page on this machine only: choose an attack, run it on both servers, take checks out of the hardened\n' +
        'one and see what lands. Everything that is attacked is started for the attack, with keys of its own. Runs\n' +
        'until Ctrl-C.',
    )
    .option('--port <n>', 'port of the page; 0: a free one', readPort, 7410)
    .option('--json', 'print one line of JSON when ready')
    .addHelpText('after', '\nExamples:\n  countersign lab serve\n  countersign lab serve --port 0 --json')
    .action(async (options: LabServeOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runLabServe } = await import('./serve.ts')
      await runLabServe(options, context)
    })
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
