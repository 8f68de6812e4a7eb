/** What a memory ledger takes while so many proof ids are live. */
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createMemoryLedger } from '@countersign/core'

/** Megabytes (10^6) of resident memory that `count` live ids add. The ids come in as they do in service, over time. */
export async function measureLiveIds(count: number): Promise<number> {
  let now = 1_000_000
  const ledger = createMemoryLedger({ clock: () => now })
  const before = await residentBytes()
  for (let index = 0; index < count; index++) {
    // All live at once: the first is kept until after the last has come.
    now += 60 / count
    await ledger.spend([{ kind: 'proof', key: randomBytes(32).toString('base64url'), limit: 1, until: now + 120 }])
  }
  const after = await residentBytes()
  const probe = await ledger.spend([
    { kind: 'proof', key: randomBytes(32).toString('base64url'), limit: 1, until: now + 1 },
  ])
  if (!probe.spent) throw new Error('the ledger holds an id that nobody spent')
  return (after - before) / 1e6
}

async function residentBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.()
    await setImmediate()
  }
  return process.memoryUsage.rss()
}
