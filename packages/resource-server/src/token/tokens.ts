/** Everything about access tokens that a guard has: whom it trusts, what it has verified, what was revoked. */
import { followRevokedKeys } from '../attestation/revoked-attestation-keys.ts'
import type { GuardOptions } from '../guard-options.ts'
import { createAccessTokenCache } from './access-token-cache.ts'
import { createTokenRevocations, type TokenRevocations } from './revocation/token-revocations.ts'
import { type AccessTokenReader, createTokenReader } from './token-reader.ts'
import { trustIssuers } from './trust-issuers.ts'
import type { TrustContext, TrustedIssuer } from './trusted-issuer.ts'

/** The parts that checks read. */
export interface Tokens {
  readonly issuers: ReadonlyMap<string, TrustedIssuer>
  readonly read: AccessTokenReader
  readonly revocations: TokenRevocations
}

/** What is completed elsewhere; `maxLength` of a token in characters. */
interface Completed extends Pick<TrustContext, 'verifier' | 'clock' | 'events' | 'expandScopes'> {
  readonly maxLength: number
}

/** Throws `ConfigurationError` where an issuer can't be trusted as written. */
export function createTokens(
  { authorizationServers, resource, bearer, fetch, trust }: GuardOptions,
  { maxLength, ...completed }: Completed,
): Tokens {
  const cache = createAccessTokenCache(completed.clock)
  const issuers = trustIssuers(authorizationServers, {
    ...completed,
    resource,
    fetch,
    ...(bearer === undefined ? {} : { bearer }),
    onRevocation: forgetRevoked,
  })
  const revokedKeys = followRevokedKeys(trust)
  const revocations = createTokenRevocations(issuers, {
    ...completed,
    hasRevokedKey: ({ attestationKey }) => attestationKey !== undefined && revokedKeys.has(attestationKey),
    recallsKey: ({ attestationKey }) => attestationKey === undefined || revokedKeys.recalls(attestationKey),
  })
  revokedKeys.onRevoked(forgetRevoked)

  /** What is known to be revoked is not kept, and whoever holds a stream open is told. */
  function forgetRevoked(): void {
    cache.drop(revocations.isRevoked)
    for (const { introspector } of issuers.values()) introspector?.drop(revocations.isRevoked)
    revocations.changed()
  }

  return { issuers, revocations, read: createTokenReader({ issuers, cache, verifier: completed.verifier, maxLength }) }
}
