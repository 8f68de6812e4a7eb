/**
 * `npm run chaos`: real stores are broken under load, while somebody who has seen every request sends each again to
 * every process. `--quick` plays a few faults; `--control` plays processes that are weak on purpose, and is to be failed;
 * `--json` ends with one line of figures on stdout. Exit 0: nothing was accepted twice or lost; 1: something was; 2: the
 * run could not be made.
 */
import { parseArgs } from 'node:util'
import type { FaultOutcome } from '../../tests/chaos/stores/fault.ts'
import { controlProgramme, type Programme, shortProgramme, wholeProgramme } from '../../tests/chaos/stores/programme.ts'
import { formatTable, sumUp } from '../../tests/chaos/stores/report.ts'
import { PROCESSES } from '../../tests/chaos/stores/stage.ts'
import { showProgress } from './progress.ts'

interface Flags {
  readonly json?: boolean
  readonly quick?: boolean
  readonly control?: boolean
}

async function run(flags: Flags): Promise<number> {
  const { plays, tempo, leftOut } = chooseProgramme(flags)
  const progress = showProgress(plays.reduce((all, { faults }) => all + faults, 0))
  const outcomes: FaultOutcome[] = []
  const begins = (act: string, fault: string) => progress.step(`${act}: ${fault}`)
  try {
    for (const play of plays) await play.run({ tempo, begins, over: (outcome) => outcomes.push(outcome) })
  } finally {
    progress.end()
    if (leftOut !== undefined) console.error(`left out: ${leftOut}`)
    console.error(formatTable(outcomes))
  }
  const totals = sumUp(outcomes, PROCESSES)
  console.log(flags.json === true ? JSON.stringify(totals) : describe(totals))
  return totals.accepted_replays + totals.lost_rows === 0 ? 0 : 1
}

function chooseProgramme({ quick, control }: Flags): Programme {
  if (control === true) return controlProgramme()
  return quick === true ? shortProgramme() : wholeProgramme()
}

function describe(totals: object): string {
  return Object.entries(totals)
    .map(([name, figure]) => `${name.replaceAll('_', ' ')}: ${figure}`)
    .join('\n')
}

// What was started ends with this process, however that ends: see to it that it does so in an orderly way.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(2))

const flag = { type: 'boolean' } as const
try {
  const { values } = parseArgs({ options: { json: flag, quick: flag, control: flag } })
  process.exitCode = await run(values)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
