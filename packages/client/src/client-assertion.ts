/** Client authentication by a signed JWT, `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9). */
import { encodeBase64url } from '@countersign/core'
import { importJWK, type JWK, SignJWT } from 'jose'
import { AuthorizationRefused } from './authorization-refused.ts'

/** Seconds that an assertion lives. */
const LIFETIME = 60

/** What an assertion is made for. */
interface AssertionRequest {
  /** The issuer, as the one string in `aud`: an array could be replayed to its other members. */
  readonly audience: string
  /** NumericDate. */
  readonly now: number
  /** `token_endpoint_auth_signing_alg_values_supported`, where the server is explicit. */
  readonly algorithms: readonly string[] | undefined
}

/** Signs a new assertion; each request gets one of its own, retries too. */
export type AssertionSigner = (request: AssertionRequest) => Promise<string>

/**
 * Imports a private JWK for signing assertions; the key cannot be exported again.
 *
 * @throws AuthorizationRefused `misconfigured` unless it is a private P-256 or Ed25519 JWK
 */
export async function createAssertionSigner(clientId: string, privateJwk: JsonWebKey): Promise<AssertionSigner> {
  const family = keyFamily(privateJwk)
  const key = await importPrivateKey(privateJwk, family)
  const kid = 'kid' in privateJwk && typeof privateJwk.kid === 'string' ? { kid: privateJwk.kid } : {}
  return ({ audience, now, algorithms }) => {
    const issuedAt = Math.floor(now)
    const jti = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
    const alg = chooseAlgorithm(family, algorithms)
    const claims = { iss: clientId, sub: clientId, aud: audience, jti, iat: issuedAt, exp: issuedAt + LIFETIME }
    return new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT', ...kid }).sign(key)
  }
}

/** The names that one kind of key signs under, the best known first (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). */
type KeyFamily = readonly [string, ...string[]]

const FAMILIES: ReadonlyMap<string, KeyFamily> = new Map([
  ['EC P-256', ['ES256']],
  ['OKP Ed25519', ['EdDSA', 'Ed25519']],
])

function keyFamily(jwk: JsonWebKey): KeyFamily {
  const family = FAMILIES.get(`${jwk.kty} ${jwk.crv}`)
  const fits = jwk.alg === undefined || family?.includes(jwk.alg)
  if (family === undefined || !fits || typeof jwk.d !== 'string') {
    throw new AuthorizationRefused(
      'misconfigured',
      'The client key must be a private P-256 (ES256) or Ed25519 (EdDSA) JWK, with `d`.',
    )
  }
  return family
}

async function importPrivateKey(jwk: JsonWebKey, [alg]: KeyFamily): Promise<CryptoKey> {
  const { kty, crv, x, y, d } = jwk
  const bare = Object.fromEntries(Object.entries({ kty, crv, x, y, d }).filter(([, value]) => value !== undefined))
  try {
    const key = await importJWK(bare as JWK, alg, { extractable: false })
    if (key instanceof CryptoKey) return key
  } catch {
    // The library's error is left out: it may quote the key.
  }
  throw new AuthorizationRefused('misconfigured', 'The client key is damaged: its coordinates do not fit together.')
}

function chooseAlgorithm(family: KeyFamily, offered: readonly string[] | undefined): string {
  const alg = offered === undefined ? family[0] : family.find((name) => offered.includes(name))
  if (alg === undefined) {
    throw new AuthorizationRefused(
      'client_authentication_unsupported',
      `The authorization server accepts no ${family[0]} client assertions; register a key of a kind that it accepts.`,
    )
  }
  return alg
}
