/** A durable ledger in memory: a set is as durable as a test is long; it forgets what it no longer has to keep. */
import type { Ledger } from '@countersign/core'

/** A ledger on a clock, the spends that it was asked for, and what empties it, as of that time. */
export function makeLedger(clock: () => number) {
  const held = new Map<string, number>()
  const asked: string[] = []
  let notBefore = 0
  const ledger: Ledger = {
    lifetime: 'durable',
    async spend(spends) {
      const now = clock()
      for (const [key, until] of held) if (until <= now) held.delete(key)
      for (const { key, kind, issued = 0 } of spends) {
        asked.push(kind)
        if (held.has(key) || issued < notBefore) return { spent: false, exhausted: key }
      }
      for (const { key, until } of spends) held.set(key, until)
      return { spent: true }
    },
  }
  const loseMemory = (): void => {
    held.clear()
    // What every store adds for clocks that differ.
    notBefore = clock() + 5
  }
  return { ledger, asked, loseMemory }
}
