/** A durable ledger in memory: a set is as durable as a test is long; it forgets what it no longer has to keep. */
import type { Ledger } from '@countersign/core'

/** A ledger on a clock, and the spends that it was asked for. */
export function makeLedger(clock: () => number) {
  const held = new Map<string, number>()
  const asked: string[] = []
  const ledger: Ledger = {
    lifetime: 'durable',
    async spend(spends) {
      const now = clock()
      for (const [key, until] of held) if (until <= now) held.delete(key)
      for (const { key, kind } of spends) {
        asked.push(kind)
        if (held.has(key)) return { spent: false, exhausted: key }
      }
      for (const { key, until } of spends) held.set(key, until)
      return { spent: true }
    },
  }
  return { ledger, asked }
}
