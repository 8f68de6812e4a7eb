/** Clients that prove themselves with a JWT-SVID (draft-ietf-oauth-spiffe-client-auth §3.1). */
import type { Verifier } from '@countersign/core'
import { type Context, errors } from 'oidc-provider'
import type { KnownClient } from '../configuration/client-registry.ts'
import type { SpiffeTrustDomain } from '../configuration/options.ts'
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
 * this one and fails, or is another one. An SVID is for many uses by design, so nothing is spent.
 */
export function createSvidCheck(_parts: SvidCheckParts): (ctx: Context, client: KnownClient) => Promise<void> {
  return async (ctx, { authentication, spiffeId }) => {
    const svid = findSvid(ctx)
    if (svid === undefined && authentication !== 'spiffe') return
    if (svid === undefined || spiffeId === undefined)
      throw new errors.InvalidClientAuth('JWT-SVID: not here, or missing')
    throw new errors.InvalidClientAuth('no key to judge the JWT-SVID with')
  }
}
