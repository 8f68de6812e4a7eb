/** This server as a client of the issuer: `private_key_jwt` (RFC 7523 §3) or `client_secret_basic` (RFC 6749 §2.3.1). */
import { type Clock, encodeBase64url } from '@countersign/core'
import { importJWK, type JWK, SignJWT } from 'jose'
import { ConfigurationError } from '../../configuration-error.ts'
import type { IntrospectionTrust } from '../issuer-trust.ts'

/** Seconds that an assertion lives. */
const lifetime = 60

/** What authenticates one request: form fields and headers. */
export interface Credentials {
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Yields credentials for one request; those of a request that is made again are new ones. */
export type ClientAuthentication = () => Promise<Credentials>

/** Throws `ConfigurationError` unless there is exactly one way to authenticate, and its key can sign. */
export function createClientAuthentication(
  issuer: string,
  { clientId, clientSecret, privateJwk }: IntrospectionTrust,
  clock: Clock,
): ClientAuthentication {
  if ((clientSecret === undefined) === (privateJwk === undefined)) {
    throw new ConfigurationError(`introspection at ${issuer} needs either privateJwk or clientSecret`)
  }
  if (privateJwk !== undefined) return createAssertions(issuer, clientId, privateJwk, clock)
  const basic = btoa(`${encodeForm(clientId)}:${encodeForm(clientSecret ?? '')}`)
  return async () => ({ fields: {}, headers: { authorization: `Basic ${basic}` } })
}

/** `aud` is one string, the issuer: of several, each could use the assertion at the others. */
function createAssertions(
  issuer: string,
  clientId: string,
  privateJwk: JsonWebKey,
  clock: Clock,
): ClientAuthentication {
  const alg = findAlgorithm(issuer, privateJwk)
  const { kid } = privateJwk as { kid?: unknown }
  const header = { alg, typ: 'JWT', ...(typeof kid === 'string' ? { kid } : {}) }
  let key: ReturnType<typeof importJWK> | undefined
  return async () => {
    key ??= importJWK(privateJwk as JWK, alg)
    const iat = Math.floor(clock())
    const jti = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
    const claims = { iss: clientId, sub: clientId, aud: issuer, jti, iat, exp: iat + lifetime }
    const fields = {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(claims).setProtectedHeader(header).sign(await key),
    }
    return { fields, headers: {} }
  }
}

/** The name that its kind of key is best known to sign under (RFC 7518 §3.1, RFC 8037 §3.1). */
const algorithms: ReadonlyMap<string, readonly string[]> = new Map([
  ['EC P-256', ['ES256']],
  ['OKP Ed25519', ['EdDSA', 'Ed25519']],
  ['RSA undefined', ['RS256', 'PS256']],
])

function findAlgorithm(issuer: string, jwk: JsonWebKey): string {
  const known = algorithms.get(`${jwk.kty} ${jwk.crv}`) ?? []
  const alg = jwk.alg ?? known[0]
  if (alg !== undefined && known.includes(alg) && typeof jwk.d === 'string') return alg
  throw new ConfigurationError(
    `introspection at ${issuer}: privateJwk must be a private P-256, Ed25519 or RSA key as a JWK, with 'd'`,
  )
}

/** RFC 6749 §2.3.1: encoded as in a form before they are joined. */
function encodeForm(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}
