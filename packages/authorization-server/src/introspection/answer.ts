/** What introspection says of an active token (RFC 7662 §2.2). */
import type { AccessToken, Context, Middleware, RefreshToken } from 'oidc-provider'
import { describeToken } from './token-models.ts'

/**
 * Creates middleware that puts our answer in the place of the library's: the same members for JWTs, opaque tokens and
 * refresh tokens, among them those by which the feed names a token.
 */
export function createIntrospectionAnswer(issuer: string, now: () => number): Middleware {
  return async (ctx, next) => {
    await next()
    if (!isActive(ctx)) return
    const { AccessToken: user, ClientCredentials: client, RefreshToken: refresh } = ctx.oidc.entities
    const accessToken = user ?? client
    const answer = accessToken === undefined ? describeRefresh(refresh) : describeAccess(accessToken, now())
    ctx.body = answer === undefined ? { active: false } : { active: true, iss: issuer, ...answer }
  }
}

/** Other answers have no such member, and other requests no `oidc`. */
function isActive(ctx: Context): boolean {
  const { body } = ctx
  return 'oidc' in ctx && typeof body === 'object' && body !== null && 'active' in body && body.active === true
}

function describeAccess(token: AccessToken, now: number): Record<string, unknown> {
  const { jti, grant, subject } = describeToken(token)
  return {
    aud: token.aud,
    sub: subject,
    client_id: token.clientId,
    exp: token.exp,
    iat: token.iat,
    scope: token.scope,
    token_type: token.tokenType,
    jti,
    grant_id: grant,
    agent: dropExpired(token.extra?.agent, now),
    authorization_details: token.rar,
    act: token.extra?.act,
    may_act: token.extra?.may_act,
    derived_from: token.extra?.derived_from,
    derived_keys: token.extra?.derived_keys,
    ...(token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } }),
  }
}

/** What an agent was attested to be counts for as long as the attestation, however long the token lives. */
function dropExpired(agent: unknown, now: number): unknown {
  const expires = typeof agent === 'object' && agent !== null && 'exp' in agent ? agent.exp : undefined
  return typeof expires === 'number' && now < expires ? agent : undefined
}

function describeRefresh(token: RefreshToken | undefined): Record<string, unknown> | undefined {
  if (token === undefined) return undefined
  return {
    sub: token.accountId,
    client_id: token.clientId,
    exp: token.exp,
    iat: token.iat,
    scope: token.scope,
    ...(token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } }),
  }
}
