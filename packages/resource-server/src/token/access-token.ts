/** JWT access tokens (RFC 9068 §4): signature, issuer and shape; audience and time are judged on every use. */
import {
  type CompactJws,
  ok,
  parseAlgorithm,
  type Refused,
  type Result,
  readCompactJws,
  refuse,
  type SignatureAlgorithm,
  type Verifier,
} from '@countersign/core'
import { parseScope } from '@countersign/core/wire'
import type { ScopeExpansion } from '../policy/scope-hierarchy.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** An access token whose signature and shape were verified; not yet whether it is meant for us, or still good. */
export interface AccessToken {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  readonly audience: readonly string[]
  /** True when `aud` was an array: each recipient could use the token at the others. */
  readonly severalAudiences: boolean
  readonly scopes: ReadonlySet<string>
  /** NumericDate, exclusive. */
  readonly expires: number
  /** NumericDate, inclusive; 0 where there is none. */
  readonly notBefore: number
  /** RFC 7638 thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  readonly jkt?: string
  /** SHA-256 of the token, base64url: what a proof's `ath` must be. */
  readonly ath: string
}

/** What verifying needs. */
export interface AccessTokenContext {
  readonly verifier: Verifier
  readonly issuers: ReadonlyMap<string, TrustedIssuer>
  readonly expandScopes: ScopeExpansion
  readonly maxLength: number
}

/** Rejects with `invalid_token`, or `keys_unavailable` where the issuer's keys can't be had. */
export async function verifyAccessToken(text: string, context: AccessTokenContext): Promise<Result<AccessToken>> {
  const jws = readCompactJws(text, context.maxLength)
  if (!jws.ok) return refuse('invalid_token', jws.reason)
  // The claim only chooses among the issuers that the operator configured; nothing is fetched from where it points.
  const { iss } = jws.value.payload
  const issuer = typeof iss === 'string' ? context.issuers.get(iss) : undefined
  if (issuer === undefined) return refuse('invalid_token', 'issuer')
  const header = readHeader(jws.value, issuer)
  if (!header.ok) return header
  const key = await issuer.keys.find(header.value.kid, header.value.algorithm)
  if (!key.ok) return key
  const genuine = await context.verifier.verify(key.value, jws.value.signingInput, jws.value.signature)
  if (!genuine) return refuse('invalid_token', 'signature')
  return readClaims(jws.value, issuer, context.expandScopes, await context.verifier.digest(text))
}

interface Header {
  readonly algorithm: SignatureAlgorithm
  readonly kid: string | undefined
}

function readHeader({ header }: CompactJws, issuer: TrustedIssuer): Result<Header> {
  const algorithm = parseAlgorithm(header.alg)
  if (algorithm === undefined || !issuer.algorithms.has(algorithm)) return refuse('invalid_token', 'algorithm')
  if (!isAccessTokenType(header.typ, issuer.acceptPlainJwt)) return refuse('invalid_token', 'type')
  if (header.kid !== undefined && typeof header.kid !== 'string') return refuse('invalid_token', 'kid')
  return ok({ algorithm, kid: header.kid })
}

/** RFC 9068 §2.1; media types compare without case (RFC 7515 §4.1.9). */
function isAccessTokenType(typ: unknown, acceptPlainJwt: boolean): boolean {
  if (typ === undefined) return acceptPlainJwt
  if (typeof typ !== 'string') return false
  const type = typ.toLowerCase()
  return type === 'at+jwt' || type === 'application/at+jwt' || (acceptPlainJwt && type === 'jwt')
}

function readClaims(
  { payload }: CompactJws,
  issuer: TrustedIssuer,
  expandScopes: ScopeExpansion,
  ath: string,
): Result<AccessToken> {
  const { sub, client_id: clientId, exp, nbf = 0 } = payload
  if (typeof sub !== 'string' || sub === '') return malformed('sub')
  if (typeof clientId !== 'string' || clientId === '') return malformed('client_id')
  if (typeof exp !== 'number' || typeof nbf !== 'number') return malformed('time')
  const severalAudiences = Array.isArray(payload.aud)
  const audience = severalAudiences ? payload.aud : [payload.aud]
  if (!isStrings(audience) || audience.length === 0) return malformed('aud')
  const scopes = payload.scope === undefined ? [] : parseScope(payload.scope)
  if (scopes === undefined) return malformed('scope')
  const binding = readBinding(payload.cnf)
  if (!binding.ok) return binding
  if (severalAudiences && !(issuer.acceptSeveralAudiences && binding.value !== undefined)) return malformed('audience')
  return ok({
    issuer: issuer.issuer,
    subject: sub,
    clientId,
    audience,
    severalAudiences,
    scopes: expandScopes(scopes),
    expires: exp,
    notBefore: nbf,
    ...(binding.value === undefined ? {} : { jkt: binding.value }),
    ath,
  })
}

/** A confirmation that we don't understand (`x5t#S256`, say) must not turn a bound token into a bearer token. */
function readBinding(cnf: unknown): Result<string | undefined> {
  if (cnf === undefined) return ok(undefined)
  const jkt =
    typeof cnf === 'object' && cnf !== null && Object.hasOwn(cnf, 'jkt') ? (cnf as { jkt: unknown }).jkt : null
  return typeof jkt === 'string' && jkt !== '' ? ok(jkt) : malformed('cnf')
}

function isStrings(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
}

function malformed(reason: string): Refused {
  return refuse('invalid_token', reason)
}
