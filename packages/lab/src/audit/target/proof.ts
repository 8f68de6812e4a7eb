/** DPoP proofs (RFC 9449 §4.2) as an attacker makes them: right in all but what is said to be wrong. */
import { createHash, randomUUID } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose'

/** A private key that can be told to sign anything. */
export interface SigningKey {
  readonly privateJwk: JWK
  readonly publicJwk: JWK
  readonly algorithm: 'ES256' | 'EdDSA'
  readonly key: CryptoKey
}

/** What a proof is for. */
export interface ProofTarget {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly nonce?: string | undefined
  readonly content?: string | undefined
}

/** How a proof differs from a good one; `undefined` as a value leaves a claim out. */
export interface ProofFault {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Signs with another key, which the header names too. */
  readonly key?: SigningKey
  /** Changes the finished proof. */
  readonly rewrite?: (proof: string) => string
  /** Sends none, or several. */
  readonly copies?: 0 | 2
}

/** Takes a P-256 or Ed25519 private key as a JWK; undefined for any other. */
export async function importSigningKey(jwk: JsonWebKey): Promise<SigningKey | undefined> {
  const { kty, crv, x, y, d } = jwk
  const algorithm = kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : kty === 'EC' && crv === 'P-256' ? 'ES256' : undefined
  if (algorithm === undefined || kty === undefined || crv === undefined || x === undefined || d === undefined) {
    return undefined
  }
  const publicJwk: JWK = { kty, crv, x, ...(y !== undefined && { y }) }
  const privateJwk: JWK = { ...publicJwk, d }
  try {
    const key = await importJWK(privateJwk, algorithm)
    return key instanceof Uint8Array ? undefined : { privateJwk, publicJwk, algorithm, key }
  } catch {
    // The engine's own message might quote the key.
    return undefined
  }
}

/** base64url SHA-256. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Signs a proof with a fresh `jti`. */
export async function signProof(key: SigningKey, target: ProofTarget, fault: ProofFault = {}): Promise<string> {
  const { method, url, token, nonce, content } = target
  const { origin, pathname } = new URL(url)
  const payload = {
    jti: randomUUID(),
    htm: method,
    htu: origin + pathname,
    iat: Math.floor(Date.now() / 1000),
    ath: digest(token),
    ...(nonce !== undefined && { nonce }),
    ...(content !== undefined && { content_digest: digest(content) }),
    ...fault.claims,
  }
  const signer = fault.key ?? key
  const header = { typ: 'dpop+jwt', alg: signer.algorithm, jwk: signer.publicJwk, ...fault.header }
  const proof = await new SignJWT(payload).setProtectedHeader(header).sign(signer.key)
  return fault.rewrite?.(proof) ?? proof
}
