/** What the authorization server makes of a request once it may be granted: it gives id and expiry. */
import { CLOCK_DIFFERENCE } from '@countersign/core'
import type { Capability, CapabilityRequest } from './capability.ts'
import { type CapabilityFault, type CapabilityResult, fail } from './capability-result.ts'
import { MOST_AHEAD } from './limits.ts'
import { parseCapability } from './parse-capability.ts'

/** What a new capability takes from outside. */
export interface MintContext {
  /** Yields 128 new random bits, base64url. */
  readonly newId: () => string
  /** NumericDate. */
  readonly now: number
}

/** The same for one that a person may have been asked about. */
export interface GrantContext extends MintContext {
  /** True when a person has just said yes to this very request; then the capability says when. */
  readonly approved?: boolean
}

/**
 * Takes a request as parsed; yields the capability that lasts as long as was asked for, from now or from `not_before`.
 * It says when a person approved it, or since when it is good: a store that has lost its memory can then tell it from
 * those of before.
 * Refuses with `window` one that begins over a day ahead. Throws a `TypeError` when `newId` yields no such id.
 */
export function mintCapability(
  { seconds, ...terms }: CapabilityRequest,
  { newId, now, approved = false }: GrantContext,
): CapabilityResult<Capability> {
  const begins = Math.max(Math.floor(now), terms.not_before ?? 0)
  if (!(begins <= now + MOST_AHEAD)) return fail('window')
  // Good at once also where the clock of whoever judges it is behind.
  const { not_before = Math.floor(now) - CLOCK_DIFFERENCE } = terms
  const dated = approved ? { approved_at: Math.floor(now) } : { not_before }
  return parseMinted({ ...terms, id: newId(), expires: begins + seconds, ...dated })
}

/** What we made is read like what others made. The id is not the request's fault. */
export function parseMinted(entry: Capability): CapabilityResult<Capability, Exclude<CapabilityFault, 'id'>> {
  const parsed = parseCapability(entry, 'token')
  if (parsed.ok) return parsed
  if (parsed.reason === 'id') throw new TypeError("'newId' yields 128 new random bits in base64url, 22 characters.")
  return fail(parsed.reason)
}
