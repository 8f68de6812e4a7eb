/** `npm run chaos`: real stores are broken under load, while somebody replays everything; `--quick` for a short one. */
import { parseArgs } from 'node:util'
import type { Act, FaultOutcome } from '../../tests/chaos/stores/fault.ts'
import { naiveRedis, redis } from '../../tests/chaos/stores/faults/redis-faults.ts'
import { postgres } from '../../tests/chaos/stores/faults/postgres-faults.ts'
import { sentinel } from '../../tests/chaos/stores/faults/sentinel-faults.ts'
import { sqlite } from '../../tests/chaos/stores/faults/sqlite-faults.ts'
import { playAct } from '../../tests/chaos/stores/play.ts'
import { formatTable, sumUp } from '../../tests/chaos/stores/report.ts'
import { PROCESSES } from '../../tests/chaos/stores/stage.ts'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, fault: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const tempo = { calm: 1000, fault: 2500, recovery: 800 }
const acts: Record<string, Act<any>> = { sqlite, redis, sentinel, postgres, naiveRedis }
const outcomes: FaultOutcome[] = []
for (const name of positionals) {
  const act = acts[name]!
  const faults = act.faults.filter((f) => !values.fault || values.fault.some((w) => f.name.includes(w)))
  outcomes.push(...(await playAct({ ...act, faults }, { tempo, begins: (a, f) => console.error(new Date().toISOString(), a, f) })))
}
console.error(formatTable(outcomes))
console.log(JSON.stringify(sumUp(outcomes, PROCESSES)))
