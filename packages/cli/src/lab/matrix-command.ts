/** The flags of `countersign lab matrix`. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { LabMatrixOptions } from './matrix.ts'

/** Adds the command to `lab`. */
export function addMatrixCommand(lab: Command, context: Context): void {
  lab
    .command('matrix')
    .summary('take out one check at a time, and see which attacks land')
    .description(
      'Runs every attack against the hardened servers with one check taken out, for every check there is. What stops\n' +
        'no attack by itself is called defence in depth. Takes minutes.\n' +
        'Ends with 1 when the hardened servers do not stop an attack with exactly its code, or when an attack is not\n' +
        'seen to land on any server that is weaker.',
    )
    .option('--attacks <id...>', 'these attacks only, such as T4')
    .option('--checks <name...>', 'these checks only, such as audience, or guard:audience')
    .option('--every-cell', 'run what cannot differ, too: checks that an attack gives nothing to do')
    .option('--json', 'print the matrix as one line of JSON')
    .option('--html <file>', 'write it as a page, with a drawing of each attack, too')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign lab matrix --html matrix.html\n' +
        '  countersign lab matrix --attacks T1 T4 --checks proof sender_binding no_single_use',
    )
    .action(async (options: LabMatrixOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { runMatrix } = await import('./matrix.ts')
      await runMatrix(options, context)
    })
}
