/** Short runs of `npm run chaos`: the one that must find nothing, and the one that must find something. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import type { Totals } from './stores/report.ts'

const RUN = join(import.meta.dirname, '../../tools/chaos/run.ts')

async function run(...flags: readonly string[]) {
  const args = ['--conditions=@countersign/source', RUN, '--json', ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  return { code: code as number, complaints, totals: JSON.parse(line || '{}') as Partial<Totals> }
}

it('nothing is accepted twice while Redis is cut off, killed and emptied', { timeout: 120_000 }, async () => {
  const { code, complaints, totals } = await run('--quick')
  expect(totals, complaints).toMatchObject({ accepted_replays: 0, lost_rows: 0, fault_kinds: 3, processes: 4 })
  expect(totals.attacked_requests).toBeGreaterThan(500)
  expect(code).toBe(0)
})

it('where each process falls back on its own memory, replays are accepted and counted', {
  timeout: 120_000,
}, async () => {
  const { code, complaints, totals } = await run('--control')
  expect(totals.accepted_replays, complaints).toBeGreaterThan(0)
  expect(code).toBe(1)
})
