/** Is an attestation of now (RFC 7519 §4.1.4 to §4.1.6), and is its life as short as it has to be? */
import type { Refused } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import type { AttestationClaims } from './attestation-claims.ts'

/** The life that attestations are given unless a registration says otherwise, in seconds. */
export const defaultLifetime = 300
/** The longest life that is issued, and the longest that is accepted, in seconds. */
export const longestLifetime = 600

/** All in seconds. */
export interface AttestationTimes {
  /** How far the issuer's clock may differ from ours, at either end of an attestation's life; 30 by default, at most 300. */
  readonly skew: number
  /** The longest life that is accepted; 600 by default and at most. */
  readonly maxLifetime: number
  /** The most that the clocks of processes which share a ledger differ; 5 by default. */
  readonly clockDifference: number
}

/** What holds unless an operator says otherwise. */
export const defaultAttestationTimes: AttestationTimes = {
  skew: 30,
  maxLifetime: longestLifetime,
  clockDifference: 5,
}

/** Completes times from the defaults. Throws a `RangeError` that names the member which makes no sense. */
export function completeAttestationTimes(partial: Partial<AttestationTimes> = {}): AttestationTimes {
  const times = { ...defaultAttestationTimes, ...partial }
  if (!(times.skew >= 0 && times.skew <= 300)) throw new RangeError('The skew of attestations is 0 to 300 seconds.')
  if (!(times.maxLifetime > 0 && times.maxLifetime <= longestLifetime)) {
    throw new RangeError(`The maxLifetime of attestations is above 0 and at most ${longestLifetime} seconds.`)
  }
  if (!(times.clockDifference >= 0 && times.clockDifference <= 300)) {
    throw new RangeError('The clockDifference of attestations is 0 to 300 seconds.')
  }
  return times
}

type Dates = Pick<AttestationClaims, 'issuedAt' | 'notBefore' | 'expires'>

/** What is wrong with the time of an attestation. */
type Untimely = 'lifetime' | 'not_yet' | 'expired'

/** A fresh attestation helps against a life that is over or ahead, and not against one that is too long. */
export function refuseUntimely(reason: Untimely): Refused {
  return refuseAttestation(reason === 'lifetime' ? 'attestation_invalid' : 'attestation_expired', reason)
}

/** The constant word for what is wrong; `undefined` when the attestation is of now. */
export function judgeAttestationTime(dates: Dates, now: number, times: AttestationTimes): Untimely | undefined {
  const { issuedAt, notBefore, expires } = dates
  const { skew, maxLifetime } = times
  if (!(expires > issuedAt && expires > notBefore && expires - issuedAt <= maxLifetime)) return 'lifetime'
  if (!(issuedAt <= now + skew && notBefore <= now + skew)) return 'not_yet'
  // The very moment of acceptance that `retainUntil` covers: one without the other is a window for replays.
  if (!(now < expires + skew)) return 'expired'
  return undefined
}

/** Until when the id of a single-use attestation is kept, NumericDate: past the last moment at which anybody accepts it. */
export function retainUntil({ expires }: Pick<Dates, 'expires'>, times: AttestationTimes): number {
  return expires + times.skew + 2 * times.clockDifference
}

/**
 * When it could have been used first, NumericDate on a ledger's clock: one that is dated ahead is taken before its date.
 * A store that has lost its memory refuses by this.
 */
export function usableFrom({ issuedAt }: Pick<Dates, 'issuedAt'>, times: AttestationTimes): number {
  return issuedAt - times.skew - times.clockDifference
}
