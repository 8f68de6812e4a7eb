/** `countersign lab …`: the attacks, against servers of its own on this machine that lack one thing, and that lack nothing. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { addMatrixCommand } from './matrix-command.ts'
import type { LabRunOptions } from './run.ts'
import { addLabServeCommand } from './serve-command.ts'

/** Adds the commands. */
export function addLabCommands(program: Command, context: Context): void {
  const lab = program
    .command('lab')
    .summary('run attacks against servers with a weakness, and against the hardened one')
    .description(
      'Attacks, each against two servers that differ in one setting. The servers are started for the attack, on this\n' +
        'machine, with issuers and keys of their own, and are gone afterwards.',
    )
  lab
    .command('list')
    .summary('name the attacks')
    .option('--json', 'print one line of JSON for each')
    .addHelpText('after', '\nExample:\n  countersign lab list')
    .action(async (options: { readonly json?: true }) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { listAttacks } = await import('./list.ts')
      listAttacks(options, context)
    })
  lab
    .command('run')
    .summary('run attacks, and draw what happens')
    .description(
      'Draws the messages between agent, servers and attacker: first where the attack lands, then where it is stopped.\n' +
        'Ends with 1 when an attack does not land on the weakened server, or is not stopped by the hardened one with\n' +
        'exactly its code.',
    )
    .argument('[id...]', 'attacks, such as T4')
    .option('--all', 'all of them')
    .addOption(
      new Option('--only <server>', 'draw this server only').choices(['weakened', 'hardened']).conflicts('json'),
    )
    .option('--http', 'show each request and each answer whole')
    .option('--show-secrets', 'show tokens, proofs and passwords as they are; they die with the servers of the attack')
    .option('--json', 'print one line of JSON for each attack')
    .option('--model-url <url>', "let a model read what is injected: an endpoint with OpenAI's interface")
    .option('--model <name>', 'its name there')
    .option('--model-key-env <variable>', 'the environment variable that holds the key for that endpoint')
    .addHelpText(
      'after',
      '\nExamples:\n  countersign lab run T4\n  countersign lab run T1b --only hardened\n' +
        '  countersign lab run --all --json\n' +
        '  countersign lab run T2 --model-url http://127.0.0.1:11434/v1 --model llama3.2',
    )
    .action(async (ids: readonly string[], options: LabRunOptions) => {
      const { runLab } = await import('./run.ts')
      await runLab(ids, options, context)
    })
  addMatrixCommand(lab, context)
  addLabServeCommand(lab, context)
}
