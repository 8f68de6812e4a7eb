/** Token exchange (RFC 8693): a token of one's own for a narrower one, or for one that another client holds. */
import type { Capability } from '@countersign/capability'
import { type AccessToken, type Client, type Context, errors, type Provider } from 'oidc-provider'
import * as helpers from 'oidc-provider/lib/helpers/grants.js'
import { findStandingToken } from '../introspection/token-models.ts'
import type { TokenProof } from '../token-endpoint/token-proof.ts'
import { exchangeParameters, readExchangeRequest } from './exchange-request.ts'
import type { Exchange, ExchangeRules } from './exchange-rules.ts'
import { setExchangedClaims } from './exchanged-claims.ts'
import { ACCESS_TOKEN, TOKEN_EXCHANGE } from './grant-type.ts'
import { findSubjectToken, type SubjectParts } from './subject-token.ts'

/** What it needs. */
export interface ExchangeParts extends SubjectParts {
  readonly verifyProof: (ctx: Context) => Promise<TokenProof | undefined>
  readonly rules: ExchangeRules
}

/** Makes `provider` take the grant. */
export function registerTokenExchange(provider: Provider, parts: ExchangeParts): void {
  const handle = async (ctx: Context): Promise<void> => {
    const { client } = ctx.oidc
    if (client === undefined) throw new Error('The client is known before its grant is looked at.')
    const key = await spendProof(provider, parts, { ctx, client })
    const request = readExchangeRequest(ctx)
    const subject = await findSubjectToken(provider, parts, request.subjectToken)
    await answer(provider, ctx, judge(parts.rules, { parts, subject, request, client, key }))
  }
  provider.registerGrantType(TOKEN_EXCHANGE, handle, exchangeParameters, new Set(['resource']))
}

/** Before anything is said of the token: no captured request is good for a second question. Yields the proof's key. */
async function spendProof(
  provider: Provider,
  { verifyProof }: ExchangeParts,
  { ctx, client }: { readonly ctx: Context; readonly client: Client },
): Promise<string> {
  const proof = await verifyProof(ctx)
  if (proof === undefined) throw new errors.InvalidDpopProof('a DPoP proof is required: exchanged tokens are bound')
  await provider.ReplayDetection.unique(client.clientId, proof.jti, 0)
  return proof.thumbprint
}

/** What the new token will be. */
interface Judged {
  readonly exchange: Exchange
  readonly audience: string
  readonly scopes: readonly string[]
  readonly capabilities: readonly Capability[]
  readonly claims: Parameters<typeof setExchangedClaims>[1]
}

function judge(rules: ExchangeRules, exchange: Exchange): Judged {
  rules.assertHolder(exchange)
  const audience = rules.deriveAudience(exchange)
  const { grant } = exchange.subject
  const act = rules.deriveActor(exchange)
  const mayAct = rules.deriveMayAct(exchange)
  const keys = rules.deriveKeys(exchange)
  return {
    exchange,
    audience,
    scopes: rules.deriveScopes(exchange),
    capabilities: rules.deriveCapabilities(exchange),
    claims: {
      ...(grant !== undefined && { grant_id: grant }),
      ...(act !== undefined && { act }),
      ...(mayAct !== undefined && { may_act: { sub: mayAct } }),
      derived_from: rules.deriveLine(exchange),
      ...(keys.length > 0 && { derived_keys: keys }),
    },
  }
}

async function answer(provider: Provider, ctx: Context, judged: Judged): Promise<void> {
  const { exchange, audience, scopes, capabilities, claims } = judged
  const { parts, subject, client, key } = exchange
  const info = parts.resources.describe(ctx, audience, client)
  const token: AccessToken = new provider.AccessToken({
    client,
    accountId: subject.subject,
    jkt: key,
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
    rar: capabilities.length === 0 ? undefined : capabilities,
    expiresIn: Math.min(info.accessTokenTTL, Math.floor(subject.expires - parts.now())),
    resourceServer: new provider.ResourceServer(audience, info),
  })
  setExchangedClaims(ctx, claims)
  ctx.oidc.entity('AccessToken', token)
  const accessToken = await token.save()
  // What it was made from may have been revoked since it was looked at, and then says nothing of this one.
  if ((await findStandingToken(provider, exchange.request.subjectToken)) === undefined) {
    throw new errors.InvalidGrant('the subject token was revoked')
  }
  ctx.body = helpers.buildTokenResponse(provider, {
    accessToken,
    issuedTokenType: ACCESS_TOKEN,
    tokenType: token.tokenType,
    expiresIn: token.expiration,
    scope: token.scope,
    authorizationDetails: token.rar,
  })
}
