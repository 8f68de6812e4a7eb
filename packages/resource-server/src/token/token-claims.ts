/** The claims that make an access token, whether a JWT has them (RFC 9068 §2.2) or an introspection response (RFC 7662 §2.2). */
import { type ClaimedAgent, type ClaimsResult, readAgentClaim } from '@countersign/attestation/verify'
import { type JsonObject, type JsonValue, ok, type Refused, type Result, refuse } from '@countersign/core'
import { parseScope } from '@countersign/core/wire'
import type { ScopeExpansion } from '../policy/scope-hierarchy.ts'
import type { AccessToken } from './access-token.ts'
import { readDelegation } from './delegation-claims.ts'
import { readGranted } from './granted-capabilities.ts'

/** How an issuer writes its claims, as its operator says. */
export interface ClaimRules {
  readonly issuer: string
  /** The claim that holds the client's id. */
  readonly clientIdClaim: string
  /** The claim that holds the scopes. */
  readonly scopeClaim: string
  readonly acceptSeveralAudiences: boolean
  readonly acceptMissingAudience: boolean
  /** Whether the issuer's word on agents counts. */
  readonly acceptAgentClaim: boolean
  readonly expandScopes: ScopeExpansion
}

/** What the claims say, without what was found out beside them. */
export type ClaimedToken = Omit<AccessToken, 'source' | 'ath' | 'revocationKeys' | 'capabilities'>

/** Refuses `invalid_token`, naming the claim that is missing or of the wrong type. */
export function readTokenClaims(claims: JsonObject, rules: ClaimRules): Result<ClaimedToken> {
  const { sub, exp, nbf = 0, iat = 0, jti, grant_id: grantId } = claims
  const clientId = own(claims, rules.clientIdClaim)
  if (typeof sub !== 'string' || sub === '') return malformed('sub')
  if (typeof clientId !== 'string' || clientId === '') return malformed('client_id')
  if (typeof exp !== 'number' || typeof nbf !== 'number' || typeof iat !== 'number') return malformed('time')
  if (jti !== undefined && typeof jti !== 'string') return malformed('jti')
  if (grantId !== undefined && typeof grantId !== 'string') return malformed('grant_id')
  const audience = claims.aud === undefined && rules.acceptMissingAudience ? [] : readAudience(claims.aud)
  if (audience === undefined) return malformed('aud')
  const scopes = readScopes(claims, rules.scopeClaim)
  if (scopes === undefined) return malformed('scope')
  const binding = readBinding(claims.cnf)
  if (!binding.ok) return binding
  const delegation = readDelegation(claims)
  if (!delegation.ok) return delegation
  const granted = readGranted(claims.authorization_details)
  if (!granted.ok) return granted
  const severalAudiences = Array.isArray(claims.aud)
  if (severalAudiences && !(rules.acceptSeveralAudiences && binding.value !== undefined)) return malformed('audience')
  return ok({
    issuer: rules.issuer,
    subject: sub,
    clientId,
    audience,
    severalAudiences,
    scopes: rules.expandScopes(scopes),
    expires: exp,
    notBefore: nbf,
    issuedAt: iat,
    ...(jti === undefined ? {} : { tokenId: jti }),
    ...(grantId === undefined ? {} : { grantId }),
    ...(binding.value === undefined ? {} : { jkt: binding.value }),
    ...delegation.value,
    ...(granted.value.length === 0 ? {} : { granted: granted.value }),
    ...(claims.agent === undefined ? {} : describeAgent(readAgent(claims.agent, binding.value), rules)),
  })
}

/** Whether it is over is judged with every call, as the token is kept. An agent that was attested with another key is not this one. */
function readAgent(claim: JsonValue, jkt: string | undefined): ClaimsResult<ClaimedAgent> {
  const agent = readAgentClaim(claim, Number.NEGATIVE_INFINITY)
  return agent.ok && agent.value.jkt !== undefined && agent.value.jkt !== jkt ? { ok: false, reason: 'jkt' } : agent
}

/** That a key was revoked ends the token also where nothing else is made of the claim. */
function describeAgent(
  agent: ClaimsResult<ClaimedAgent>,
  { acceptAgentClaim }: ClaimRules,
): Pick<AccessToken, 'agent' | 'attestationKey'> {
  if (!agent.ok) return acceptAgentClaim ? { agent } : {}
  const { issuer, keyThumbprint } = agent.value
  return { ...(acceptAgentClaim && { agent }), attestationKey: { issuer, keyThumbprint } }
}

/** The name comes from the configuration, and must not reach what every object has. */
function own(claims: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

function readAudience(aud: JsonValue | undefined): readonly string[] | undefined {
  const audience = Array.isArray(aud) ? aud : [aud]
  return isStrings(audience) && audience.length > 0 ? audience : undefined
}

/** RFC 9068 §2.2.3 has a string; a claim of another name may have a list. */
function readScopes(claims: JsonObject, name: string): readonly string[] | undefined {
  const scope = own(claims, name)
  if (scope === undefined) return []
  if (name === 'scope' || !Array.isArray(scope)) return parseScope(scope)
  const single = scope.every((one) => typeof one === 'string' && !one.includes(' '))
  if (!single) return undefined
  return scope.length === 0 ? [] : parseScope(scope.join(' '))
}

/** A confirmation that we don't understand (`x5t#S256`, say) must not turn a bound token into a bearer token. */
function readBinding(cnf: JsonValue | undefined): Result<string | undefined> {
  if (cnf === undefined) return ok(undefined)
  const jkt = typeof cnf === 'object' && cnf !== null && !Array.isArray(cnf) ? own(cnf, 'jkt') : undefined
  return typeof jkt === 'string' && jkt !== '' ? ok(jkt) : malformed('cnf')
}

function isStrings(values: readonly unknown[]): values is readonly string[] {
  return values.every((value) => typeof value === 'string')
}

function malformed(reason: string): Refused {
  return refuse('invalid_token', reason)
}
