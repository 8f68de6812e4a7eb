/** Short runs of `npm run chaos`: the one that must find nothing, and the one that must find something. */
import { expect, it } from 'vitest'
import { runChaos } from './stores/run-chaos.ts'

it('nothing is accepted twice while Redis is cut off and killed, and a guard is', { timeout: 120_000 }, async () => {
  const { code, complaints, totals } = await runChaos('--quick')
  expect(totals, complaints).toMatchObject({ accepted_replays: 0, lost_rows: 0, fault_kinds: 3, processes: 4 })
  expect(totals.attacked_requests).toBeGreaterThan(500)
  expect(code).toBe(0)
})

it('where each process falls back on its own memory, replays are accepted and counted', {
  timeout: 120_000,
}, async () => {
  const { code, complaints, totals } = await runChaos('--control')
  expect(totals.accepted_replays, complaints).toBeGreaterThan(0)
  expect(code).toBe(1)
})
