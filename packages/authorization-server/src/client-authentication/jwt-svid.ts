/** Clients that prove themselves with a JWT-SVID (draft-ietf-oauth-spiffe-client-auth §3.1). */
import { parseSpiffeId, verifyJwtSvid } from '@countersign/attestation/spiffe'
import { CLOCK_DIFFERENCE, type Verifier } from '@countersign/core'
import { type Context, errors } from 'oidc-provider'
import type { KnownClient } from '../configuration/client-registry.ts'
import type { SpiffeTrustDomain } from '../configuration/options.ts'
import { TemporarilyUnavailable } from '../store/unavailable.ts'
import { findSvid } from './claimed-client.ts'

/** What `createSvidCheck` needs. */
export interface SvidCheckParts {
  readonly issuer: string
  readonly spiffe: readonly SpiffeTrustDomain[]
  readonly verifier: Verifier
  readonly now: () => number
}

const proven = new WeakSet<Context>()

/** True when the client of a request proved itself with a JWT-SVID. */
export function isProvenBySvid(ctx: Context): boolean {
  return proven.has(ctx)
}

/**
 * Creates the check of a request's JWT-SVID; it throws `invalid_client` where the client's way of proving itself is
 * this one and fails, or is another one, and `temporarily_unavailable` where nobody can say. An SVID is for many uses
 * by design, so nothing is spent: what binds the token is the proof that comes with it.
 */
export function createSvidCheck(parts: SvidCheckParts): (ctx: Context, client: KnownClient) => Promise<void> {
  const { issuer: audience, verifier, now: clock } = parts
  const keysOf = new Map(parts.spiffe.map(({ trustDomain, keys }) => [trustDomain, keys]))
  return async (ctx, { authentication, spiffeId }) => {
    const svid = findSvid(ctx)
    if (authentication !== 'spiffe') {
      if (svid === undefined) return
      throw new errors.InvalidClientAuth('this client does not prove itself with a JWT-SVID')
    }
    const trustDomain = spiffeId === undefined ? undefined : parseSpiffeId(spiffeId)?.trustDomain
    const keys = trustDomain === undefined ? undefined : keysOf.get(trustDomain)
    if (svid === undefined || trustDomain === undefined || keys === undefined) {
      throw new errors.InvalidClientAuth('JWT-SVID missing')
    }
    const result = await verifyJwtSvid(svid, { trustDomain, keys, audience, verifier, clock, skew: CLOCK_DIFFERENCE })
    if (!result.ok && result.reason === 'keys_unavailable') {
      throw new TemporarilyUnavailable('the client cannot be authenticated right now')
    }
    if (!result.ok) throw new errors.InvalidClientAuth(`JWT-SVID: ${result.reason}`)
    if (result.value.spiffeId !== spiffeId) throw new errors.InvalidClientAuth('JWT-SVID: another workload')
    proven.add(ctx)
  }
}
