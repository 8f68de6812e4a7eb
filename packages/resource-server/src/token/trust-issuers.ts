/** From what an operator wrote about issuers to issuers that tokens can be judged by. */
import { ConfigurationError } from '../configuration-error.ts'
import { isSecureUrl } from '../policy/secure-url.ts'
import { assembleIssuer } from './assemble-issuer.ts'
import type { IssuerTrust } from './issuer-trust.ts'
import type { TrustContext, TrustedIssuer } from './trusted-issuer.ts'
import { listLosses, takesOpaque } from './weakening.ts'

/**
 * By the exact `iss`, in the operator's order. Throws `ConfigurationError` for none, for one twice, and for one that is
 * no issuer or can't be asked. Tells in an event what its tokens lack.
 */
export function trustIssuers(
  entries: readonly (string | IssuerTrust)[],
  context: TrustContext,
): ReadonlyMap<string, TrustedIssuer> {
  if (entries.length === 0) {
    throw new ConfigurationError('authorizationServers is empty: name at least one issuer whose tokens are accepted')
  }
  const trusts = entries.map((entry): IssuerTrust => (typeof entry === 'string' ? { issuer: entry } : entry))
  const opaqueIssuers = trusts.filter(takesOpaque).length
  const issuers = new Map<string, TrustedIssuer>()
  for (const trust of trusts) {
    if (issuers.has(trust.issuer)) throw new ConfigurationError(`issuer '${trust.issuer}' is named twice`)
    assertIssuer(trust)
    const trusted = assembleIssuer(trust, context)
    issuers.set(trust.issuer, trusted)
    const mayHaveFeed = trusted.feed !== undefined
    const losses = listLosses(trust, { bearer: context.bearer, mayHaveFeed, opaqueIssuers })
    if (losses.length > 0) context.events?.({ type: 'weakened_by_configuration', issuer: trust.issuer, losses })
  }
  return issuers
}

/** RFC 8414 §2: an issuer has neither query nor fragment. */
function assertIssuer({
  issuer,
  audience,
  claims = {},
  tokens,
  introspection,
  agentClaim = 'accepted',
}: IssuerTrust): void {
  if (!isSecureUrl(issuer) || /[?#]/.test(issuer)) {
    throw new ConfigurationError(
      `issuer '${issuer}' must be an https URL without query and fragment (http only on loopback)`,
    )
  }
  if (tokens === 'introspect' && introspection === undefined) {
    throw new ConfigurationError(`issuer '${issuer}': tokens 'introspect' needs introspection`)
  }
  if (agentClaim !== 'accepted' && agentClaim !== 'ignored') {
    throw new ConfigurationError(`issuer '${issuer}': agentClaim is 'accepted' or 'ignored'`)
  }
  for (const [name, value] of Object.entries({ audience, ...claims, clientId: introspection?.clientId })) {
    if (value === '') throw new ConfigurationError(`issuer '${issuer}': ${name} is empty`)
  }
}
