/** The whole of `npm run chaos`: every fault on every store. */
import { expect, it } from 'vitest'
import { runChaos } from '../chaos/stores/run-chaos.ts'

it('no fault makes a credential good twice, or loses what was acknowledged', { timeout: 900_000 }, async () => {
  const { code, complaints, totals } = await runChaos()
  expect(totals, complaints).toMatchObject({ accepted_replays: 0, lost_rows: 0, processes: 4 })
  expect(totals.fault_kinds).toBeGreaterThanOrEqual(12)
  expect(totals.attacked_requests).toBeGreaterThanOrEqual(100_000)
  expect(code).toBe(0)
})
