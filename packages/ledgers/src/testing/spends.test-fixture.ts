/** Spends for tests of ledgers on real servers. */
import { randomBytes } from 'node:crypto'
import type { Ledger, Spend, SpendOutcome } from '@countersign/core'

/** A key as `spendKey` makes them, of a thing that nobody has met. */
export function freshKey(): string {
  return randomBytes(32).toString('base64url')
}

/** The system's time, NumericDate. */
export function now(): number {
  return Date.now() / 1000
}

/** A proof that was made now and is kept for a minute, unless it is said otherwise. */
export function makeSpend(changes: Partial<Spend> = {}): Spend {
  return { kind: 'proof', key: freshKey(), limit: 1, issued: now(), until: now() + 60, ...changes }
}

/** Asks many times at once; yields how many times it was spent, and fails where the ledger did. */
export async function race(ledgers: readonly Ledger[], spend: Spend, times: number): Promise<number> {
  const asked = Array.from({ length: times }, (_, index) => ledgers[index % ledgers.length]?.spend([spend]))
  return (await Promise.all(asked)).filter((outcome?: SpendOutcome) => outcome?.spent).length
}
