/** Makes the library find every access token of ours, of either format, for as long as it stands: not revoked. */
import { parseCapabilities } from '@countersign/capability'
import { type AccessToken, type OidcContext, Provider } from 'oidc-provider'
import type { RevocableToken, Revocations } from '../revocation/revocations.ts'
import { type ArtefactStore, digestId } from '../store/artefact-store.ts'
import { readDelegation } from '../token-exchange/delegation-claims.ts'
import type { AccessTokenReader, IssuedClaims } from './access-token-reader.ts'

/** The library refuses to look at a JWT on these routes, so it is shown one as something else. */
const STRUCTURED_ROUTES = new Set(['introspection', 'revocation'])
const STRUCTURED = 'jwt:'

/** Tokens that came as JWTs: their `jti` is a claim, where that of an opaque token is the token itself. */
const structured = new WeakSet<AccessToken>()

/** What `findOwnTokens` needs. */
export interface TokenModelParts {
  readonly provider: Provider
  readonly read: AccessTokenReader
  readonly store: ArtefactStore
  readonly revocations: Revocations
}

/**
 * Replaces `find` of both kinds of access tokens. JWTs are not stored: their signature says that they were issued, and
 * the list of revocations whether they still stand.
 */
export function findOwnTokens({ provider, read, store, revocations }: TokenModelParts): void {
  showStructuredTokens(provider)
  const { AccessToken: Model } = provider

  const build = (claims: IssuedClaims): AccessToken => {
    const { jti, exp, iat, aud, scope, jkt, client_id: clientId, sub: accountId, authorization_details: rar } = claims
    const { grant_id, agent, act, may_act, derived_from, derived_keys } = claims
    const extra = { grant_id, agent, act, may_act, derived_from, derived_keys }
    const token = new Model({ jti, exp, iat, aud, scope, jkt, clientId, accountId, rar, extra })
    token.destroy = () => revocations.token(jti, exp)
    structured.add(token)
    return token
  }
  const findStructured = async (jwt: string): Promise<AccessToken | undefined> => {
    const claims = await read(jwt)
    if (claims === undefined) return undefined
    return claims.grant_id === undefined || (await store.hasGrant(claims.grant_id)) ? build(claims) : undefined
  }

  for (const kind of [provider.AccessToken, provider.ClientCredentials]) {
    const find = kind.find
    kind.find = async (value, options) => {
      const isStructured = typeof value === 'string' && value.startsWith(STRUCTURED)
      if (isStructured && kind !== Model) return undefined
      const token = isStructured
        ? await findStructured(value.slice(STRUCTURED.length))
        : await find.call(kind, value, options)
      if (token === undefined || (await revocations.isRevoked(describeToken(token)))) return undefined
      // Whoever gives an access token back gives that one back, not all that the person granted (RFC 7009 §2.1).
      if (Provider.ctx?.oidc.route === 'revocation') token.grantId = undefined
      return token
    }
  }
}

/** What introspection and the feed name a token by: for opaque tokens the digest stands for the `jti`. */
export function describeToken(token: AccessToken): RevocableToken {
  const { jti, clientId, accountId, grantId, iat, extra, jkt, rar } = token
  const { actors, derivedFrom, derivedKeys } = readDelegation(extra)
  const capabilities = parseCapabilities(rar, 'token')
  if (!capabilities.ok) throw new Error('A token of our own holds details that cannot be read.')
  const grant = extra?.grant_id ?? (grantId === undefined ? undefined : digestId(grantId))
  return {
    jti: structured.has(token) ? jti : digestId(jti),
    grant: typeof grant === 'string' ? grant : undefined,
    clientId,
    subject: accountId ?? clientId,
    issued: iat,
    attestationKey: findAttestationKey(extra?.agent),
    key: jkt,
    derivedFrom,
    derivedKeys,
    actors,
    capabilities: capabilities.value,
  }
}

/** The thumbprint in an `agent` claim of our own making. */
function findAttestationKey(agent: unknown): string | undefined {
  if (typeof agent !== 'object' || agent === null || !('key' in agent)) return undefined
  return typeof agent.key === 'string' ? agent.key : undefined
}

/** The access token of either format and kind that a text is, while it stands. */
export async function findStandingToken(provider: Provider, text: string): Promise<AccessToken | undefined> {
  if (text.includes('.')) return provider.AccessToken.find(STRUCTURED + text)
  return (await provider.AccessToken.find(text)) ?? provider.ClientCredentials.find(text)
}

/** Once the client is known, and before the library looks at the token itself. */
function showStructuredTokens(provider: Provider): void {
  const { prototype } = provider.OIDCContext
  const { entity } = prototype
  prototype.entity = function show(this: OidcContext, name, value) {
    const token = this.params?.token
    if (name === 'Client' && STRUCTURED_ROUTES.has(this.route) && this.params !== undefined) {
      if (typeof token === 'string' && token.includes('.')) this.params.token = STRUCTURED + token
    }
    entity.call(this, name, value)
  }
}
