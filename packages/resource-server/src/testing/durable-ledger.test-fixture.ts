/** A ledger that says of itself that it forgets nothing. */
import type { Ledger, Spend } from '@countersign/core'

/** Holds every kind of thing, and counts; `spends` is what it was asked. */
export function createDurableLedger(spends: Spend[] = []): Ledger {
  const counts = new Map<string, number>()
  return {
    lifetime: 'durable',
    async spend(asked) {
      spends.push(...asked)
      const next = new Map(counts)
      for (const { kind, key, limit } of asked) {
        const count = (next.get(`${kind} ${key}`) ?? 0) + 1
        if (count > limit) return { spent: false, exhausted: key }
        next.set(`${kind} ${key}`, count)
      }
      for (const [key, count] of next) counts.set(key, count)
      return { spent: true }
    },
  }
}
