/** What every ledger that lasts asks of a spend, and refuses after its store has lost its memory. */
import type { Spend } from '@countersign/core'

/**
 * Seconds that a thing of unknown age may have to be remembered: after memory was lost, those that could have been used
 * before are refused until they have run out.
 */
const LONGEST_RETENTION = 620

/** Throws a RangeError for a spend that no ledger could keep, or whose time has passed already on this clock. */
export function assertSpend({ key, limit, issued, until }: Spend, now: number): void {
  if (key.length === 0) throw new RangeError('A spend needs a key.')
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('The limit of a spend is an integer above 0.')
  if (!Number.isFinite(until)) throw new RangeError('A spend is kept until a NumericDate.')
  if (issued !== undefined && !Number.isFinite(issued)) throw new RangeError('A thing was made at a NumericDate.')
  if (until <= now) throw spendPassed()
}

/** Of a spend whose time has passed: it could not be kept, so it could be made again and again. */
export function spendPassed(): RangeError {
  return new RangeError('The time of this spend has passed; check the clocks of client and store.')
}

/** May it have been used in an epoch of which nothing is remembered? `notBefore` 0 means that there was none. */
export function isForgotten({ issued, until }: Spend, notBefore: number): boolean {
  if (notBefore === 0) return false
  return issued === undefined ? until <= notBefore + LONGEST_RETENTION : issued < notBefore
}
