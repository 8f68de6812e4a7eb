/** Issuers as the operator trusts them, with their keys at hand. */
import type { KeyRing, SignatureAlgorithm } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import { isSecureUrl } from '../policy/secure-url.ts'
import { createIssuerKeys, type IssuerKeysContext } from './issuer-keys.ts'
import type { IssuerTrust } from './issuer-trust.ts'

/** What the token reader knows of an issuer. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly algorithms: ReadonlySet<SignatureAlgorithm>
  readonly acceptPlainJwt: boolean
  readonly acceptSeveralAudiences: boolean
  readonly keys: KeyRing
}

/** By the exact `iss`, in the operator's order. Throws `ConfigurationError` for none, for one twice, and for one that is no issuer. */
export function trustIssuers(
  entries: readonly (string | IssuerTrust)[],
  context: IssuerKeysContext,
): ReadonlyMap<string, TrustedIssuer> {
  if (entries.length === 0) {
    throw new ConfigurationError('authorizationServers is empty: name at least one issuer whose tokens are accepted')
  }
  const issuers = new Map<string, TrustedIssuer>()
  for (const entry of entries) {
    const trust: IssuerTrust = typeof entry === 'string' ? { issuer: entry } : entry
    if (issuers.has(trust.issuer)) throw new ConfigurationError(`issuer '${trust.issuer}' is named twice`)
    issuers.set(trust.issuer, trustIssuer(trust, context))
  }
  return issuers
}

/** RFC 8414 §2: an issuer has neither query nor fragment. */
function trustIssuer(trust: IssuerTrust, context: IssuerKeysContext): TrustedIssuer {
  if (!isSecureUrl(trust.issuer) || /[?#]/.test(trust.issuer)) {
    throw new ConfigurationError(
      `issuer '${trust.issuer}' must be an https URL without query and fragment (http only on loopback)`,
    )
  }
  return {
    issuer: trust.issuer,
    algorithms: new Set(trust.algorithms ?? ['ES256', 'Ed25519', 'EdDSA']),
    acceptPlainJwt: trust.acceptPlainJwt ?? false,
    acceptSeveralAudiences: trust.acceptSeveralAudiences ?? false,
    keys: createIssuerKeys(trust, context),
  }
}
