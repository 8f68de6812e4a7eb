/** `npm run chaos`: real stores are broken under load, while somebody replays everything; `--quick` for a short one. */
import { parseArgs } from 'node:util'
import type { FaultOutcome } from '../../tests/chaos/stores/fault.ts'
import { sqlite } from '../../tests/chaos/stores/faults/sqlite-faults.ts'
import { playAct } from '../../tests/chaos/stores/play.ts'
import { formatTable, sumUp } from '../../tests/chaos/stores/report.ts'
import { PROCESSES } from '../../tests/chaos/stores/stage.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } })
const tempo = { calm: 1000, fault: 3000, recovery: 1000 }
const outcomes: FaultOutcome[] = []
for (const act of [sqlite]) outcomes.push(...(await playAct(act, { tempo, begins: (a, f) => console.error(a, f) })))
console.error(formatTable(outcomes))
console.log(JSON.stringify(sumUp(outcomes, PROCESSES)))
void values
