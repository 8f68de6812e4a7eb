/** A ledger as it is often built: while the store is down, each process remembers for itself what was used. */
import { type Ledger, LedgerUnavailable, type Spend, type SpendOutcome } from '@countersign/core'

/** Counts in this process whatever the store could not be asked about: every other process counts from zero. */
export function withLocalFallback(ledger: Ledger): Ledger {
  const counts = new Map<string, number>()

  function spendHere(spends: readonly Spend[]): SpendOutcome {
    const exhausted = spends.find(({ key, limit }) => (counts.get(key) ?? 0) >= limit)
    if (exhausted !== undefined) return { spent: false, exhausted: exhausted.key }
    for (const { key } of spends) counts.set(key, (counts.get(key) ?? 0) + 1)
    return { spent: true }
  }

  const { lifetime, store } = ledger
  return {
    lifetime,
    ...(store !== undefined && { store }),
    async spend(spends) {
      try {
        return await ledger.spend(spends)
      } catch (error) {
        if (error instanceof LedgerUnavailable) return spendHere(spends)
        throw error
      }
    },
  }
}
