/** A token in use, and for how long it is. */
import type { AttestationWish } from './attestation/attestation-demand.ts'
import type { Discovery } from './discovery.ts'
import type { ObtainedToken } from './token-request.ts'

/** A token in use. */
export interface HeldToken {
  readonly accessToken: string
  readonly scheme: 'DPoP' | 'Bearer'
  readonly scopes: readonly string[]
  /** NumericDate from which on it is not sent any more; undefined where the server did not say. */
  readonly endsAt: number | undefined
  /** What the server that it is for says of attestations. */
  readonly attestation: AttestationWish
  /** NumericDate at which what the authorization server was shown of the agent lapses; undefined where that was nothing. */
  readonly attestedUntil: number | undefined
}

/** Seconds before its end at which a token is renewed, so that it does not end on its way; at most a tenth of its life. */
const MARGIN = 10

/**
 * Makes a token ready for use.
 *
 * @param seconds what it lasts at the most, where that is less than the server says
 */
export function toHeldToken(
  issued: ObtainedToken,
  discovery: Discovery,
  seconds = Number.POSITIVE_INFINITY,
): HeldToken {
  const { accessToken, scheme, scopes, requestedAt, attestedUntil } = issued
  const life = Math.min(issued.lifetime ?? Number.POSITIVE_INFINITY, seconds)
  const endsAt = Number.isFinite(life) ? requestedAt + life - Math.min(MARGIN, life / 10) : undefined
  const attestation = { audience: discovery.resource, demand: discovery.attestation }
  return { accessToken, scheme, scopes, endsAt, attestation, attestedUntil }
}
