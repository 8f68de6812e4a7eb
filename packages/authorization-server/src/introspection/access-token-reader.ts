/** Reads JWT access tokens (RFC 9068) of this authorization server's own making. */
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parsePublicJwk,
  readCompactJws,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'
import type { ExternalSigningKey } from 'oidc-provider'
import { SIGNING_ALGORITHM } from '../configuration/tokens.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'

/** The claims of a token that was issued here, as far as they are told on. Times are NumericDates. */
export interface IssuedClaims {
  readonly aud: string
  readonly sub: string
  readonly client_id: string
  readonly exp: number
  readonly iat: number
  readonly jti: string
  readonly scope: string | undefined
  readonly jkt: string | undefined
  readonly grant_id: string | undefined
  readonly agent: JsonObject | undefined
  readonly authorization_details: readonly JsonValue[] | undefined
  readonly act: JsonValue | undefined
  readonly may_act: JsonValue | undefined
  readonly derived_from: JsonValue | undefined
  readonly derived_keys: JsonValue | undefined
}

/** Yields the claims when the token was signed here, also past its time; undefined for anything else. */
export type AccessTokenReader = (token: string) => Promise<IssuedClaims | undefined>

/** Creates it for one issuer and the keys that it publishes. */
export function createAccessTokenReader(
  issuer: string,
  keys: Pick<SigningKeys, 'published'>,
  verifier: Verifier,
): AccessTokenReader {
  const imported = new WeakMap<ExternalSigningKey, Promise<VerifyKey>>()
  const find = (kid: JsonValue | undefined): Promise<VerifyKey> | undefined => {
    const key = keys.published().find((published) => published.kid === kid)
    if (key === undefined) return undefined
    const known = imported.get(key) ?? importKey(key, verifier)
    imported.set(key, known)
    return known
  }
  return async (token) => {
    const jws = readCompactJws(token)
    if (!jws.ok) return undefined
    const { header, payload, signingInput, signature } = jws.value
    if (header.typ !== 'at+jwt' || header.alg !== SIGNING_ALGORITHM || payload.iss !== issuer) return undefined
    const key = await find(header.kid)
    if (key === undefined) return undefined
    return (await verifier.verify(key, signingInput, signature)) ? toClaims(payload) : undefined
  }
}

async function importKey({ kty, crv, x }: ExternalSigningKey, verifier: Verifier): Promise<VerifyKey> {
  const publicJwk = parsePublicJwk({ kty, crv, x })
  const key = publicJwk.ok ? await verifier.importKey(publicJwk.value, SIGNING_ALGORITHM) : undefined
  if (key?.ok !== true) throw new Error('The signing key cannot be used to verify.')
  return key.value
}

/** The signature is ours, so the claims are what was put in; their types are checked all the same. */
function toClaims({
  aud,
  sub,
  client_id,
  exp,
  iat,
  jti,
  scope,
  cnf,
  grant_id,
  agent,
  authorization_details,
  act,
  may_act,
  derived_from,
  derived_keys,
}: JsonObject): IssuedClaims | undefined {
  if (typeof aud !== 'string' || typeof sub !== 'string' || typeof client_id !== 'string') return undefined
  if (typeof exp !== 'number' || typeof iat !== 'number' || typeof jti !== 'string') return undefined
  const confirmation = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
  return {
    aud,
    sub,
    client_id,
    exp,
    iat,
    jti,
    scope: typeof scope === 'string' ? scope : undefined,
    jkt: typeof confirmation === 'string' ? confirmation : undefined,
    grant_id: typeof grant_id === 'string' ? grant_id : undefined,
    agent: agent !== undefined && isJsonObject(agent) ? agent : undefined,
    authorization_details: Array.isArray(authorization_details) ? authorization_details : undefined,
    act,
    may_act,
    derived_from,
    derived_keys,
  }
}
