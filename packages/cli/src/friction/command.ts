/** `countersign friction …`: what a tool asks of a client that leans on it, tried before it is switched on. */
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { describeScenarios, scenarioNames } from './scenarios.ts'
import type { SimulateOptions } from './simulate.ts'

/** Adds the commands. */
export function addFrictionCommands(program: Command, context: Context): void {
  const friction = program.command('friction').summary('see how friction would meet a trace of calls')
  friction
    .command('simulate')
    .summary('run a trace of calls through a configuration and draw what becomes of it')
    .description(
      'Runs calls through friction, as a guard would, and draws it: how high it gets, when a person is asked, when ' +
        'calls are blocked. Calls come from a scenario or from a file with one JSON object a line:\n' +
        '  {"time": 12.5, "tool": "delete_note", "client": "agent-7", "approved": false}\n' +
        '`time` is in seconds, or a moment as logs write it; `client` and `approved` may be left out.',
    )
    .addOption(new Option('--scenario <name>', 'a built-in trace, see below').choices(scenarioNames).conflicts('trace'))
    .option('--trace <file>', 'a trace of your own, or - for stdin')
    .option('--tool <name>', 'a tool that has friction; may be given several times', collect, [])
    .option(
      '--set <name=value>',
      'changes the configuration: tuning.halfLife, budget.refill, tools.NAME.target, tools.NAME.group, groups.NAME.target …',
      collect,
      [],
    )
    .option('--client <id>', 'show this client only')
    .option('--svg <file>', 'draw it into a file, too')
    .option('--json', 'print one line of JSON: a summary, and what became of each call')
    .addHelpText(
      'after',
      `\nScenarios, of an agent that reads, writes and deletes notes:\n${describeScenarios()}\n` +
        '\nExamples:\n  countersign friction simulate --scenario burst --set tuning.halfLife=120 --svg burst.svg\n' +
        '  countersign friction simulate --trace calls.jsonl --tool delete_note --set tools.delete_note.target=0.1\n' +
        '  countersign up --verbose 2> up.log\n' +
        '  jq -c \'select(.type == "allowed") | {time, client: .clientId, tool: .tools[]?}\' up.log |\n' +
        '    countersign friction simulate --trace - --tool delete_note',
    )
    .action(async (options: SimulateOptions) => {
      // Loaded here, so that help and the other commands need not wait for it.
      const { simulate } = await import('./simulate.ts')
      await simulate(options, context)
    })
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value]
}
