/** A ledger that says of itself that it forgets nothing. */
import type { Ledger, Spend } from '@countersign/core'

/** Holds every kind of thing; `spends` is what it was asked. */
export function createDurableLedger(spends: Spend[] = []): Ledger {
  const spent = new Set<string>()
  return {
    lifetime: 'durable',
    async spend(asked) {
      spends.push(...asked)
      const exhausted = asked.find(({ kind, key }) => spent.has(`${kind} ${key}`))
      if (exhausted !== undefined) return { spent: false, exhausted: exhausted.key }
      for (const { kind, key } of asked) spent.add(`${kind} ${key}`)
      return { spent: true }
    },
  }
}
