/** Puts together all that belongs to one issuer: its metadata, keys, revocations, and its answers to questions. */
import { ok, type Result } from '@countersign/core'
import type { AccessToken } from './access-token.ts'
import { prepareCapabilities } from './granted-capabilities.ts'
import { readIntrospectionAnswer } from './introspection/introspection-answer.ts'
import { createIntrospectionRequest } from './introspection/introspection-request.ts'
import { createIntrospector, type Introspector } from './introspection/introspector.ts'
import { createIssuerFetch } from './issuer-fetch.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { createIssuerMetadata, type IssuerMetadata } from './issuer-metadata.ts'
import type { IntrospectionTrust, IssuerTrust } from './issuer-trust.ts'
import type { JwtRules } from './jwt-access-token.ts'
import { locateFeed } from './revocation/feed-location.ts'
import { createFeedReader } from './revocation/feed-reader.ts'
import { createRevocationFeed, type RevocationFeed } from './revocation/revocation-feed.ts'
import { listRevocationKeys } from './revocation/revocation-keys.ts'
import type { TrustContext, TrustedIssuer } from './trusted-issuer.ts'
import { takesOpaque } from './weakening.ts'

/** Fetches nothing yet. Throws `ConfigurationError` for what can't be used. */
export function assembleIssuer(trust: IssuerTrust, context: TrustContext): TrustedIssuer {
  const { issuer, introspection } = trust
  const fetcher = context.fetch ?? createIssuerFetch(trust)
  const metadata = createIssuerMetadata(issuer, fetcher, context.clock)
  const feed = createFeed(trust, { ...context, fetch: fetcher, metadata })
  const jwt: JwtRules = {
    issuer,
    clientIdClaim: trust.claims?.clientId ?? 'client_id',
    scopeClaim: trust.claims?.scope ?? 'scope',
    acceptSeveralAudiences: trust.acceptSeveralAudiences ?? false,
    acceptMissingAudience: false,
    acceptAgentClaim: trust.agentClaim !== 'ignored',
    expandScopes: context.expandScopes,
    algorithms: new Set(trust.algorithms ?? ['ES256', 'Ed25519', 'EdDSA']),
    acceptPlainJwt: trust.acceptPlainJwt ?? false,
    keys: createIssuerKeys(trust, { ...context, fetch: fetcher, metadata }),
  }
  const trusted: TrustedIssuer = {
    issuer,
    audience: trust.audience ?? context.resource,
    acceptMissingAudience: introspection?.acceptMissingAudience ?? false,
    jwt,
    introspectsJwts: trust.tokens === 'introspect',
    takesOpaque: takesOpaque(trust),
    ...(feed === undefined ? {} : { feed }),
    async complete(claims, source, ath) {
      const revocationKeys = feed === undefined ? [] : await listRevocationKeys(claims, context.verifier)
      const token = { ...claims, source, ath, revocationKeys }
      if (claims.granted === undefined) return token
      const capabilities = await prepareCapabilities(claims.granted, { ...context, ...claims })
      return capabilities.length === 0 ? token : { ...token, capabilities }
    },
  }
  if (introspection === undefined) return trusted
  return {
    ...trusted,
    introspector: createIssuerIntrospector(trusted, introspection, { ...context, fetch: fetcher, metadata }),
  }
}

interface IssuerContext extends TrustContext {
  readonly fetch: typeof fetch
  readonly metadata: IssuerMetadata
}

function createFeed(trust: IssuerTrust, context: IssuerContext): RevocationFeed | undefined {
  const { clock, events, onRevocation } = context
  const location = locateFeed(trust, context.metadata)
  if (location === undefined) return undefined
  const reader = createFeedReader(context.fetch, clock)
  return createRevocationFeed({
    issuer: trust.issuer,
    location,
    reader,
    clock,
    events,
    onChange: onRevocation,
  })
}

function createIssuerIntrospector(
  { issuer, jwt, feed, complete }: TrustedIssuer,
  trust: IntrospectionTrust,
  context: IssuerContext,
): Introspector {
  const { clock, events } = context
  const rules = {
    ...jwt,
    acceptMissingAudience: trust.acceptMissingAudience ?? false,
    acceptMissingTokenType: trust.acceptMissingTokenType ?? false,
  }
  return createIntrospector({
    issuer,
    request: createIntrospectionRequest(issuer, trust, context),
    async judge(answer, digest): Promise<Result<AccessToken>> {
      const claims = readIntrospectionAnswer(answer, rules)
      return claims.ok ? ok(await complete(claims.value, 'introspection', digest)) : claims
    },
    isCovered: ({ tokenId }) => tokenId !== undefined && feed?.isInUse() === true,
    clock,
    events,
  })
}
