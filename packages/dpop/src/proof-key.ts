/** The key that a client proves possession of (RFC 9449 §4): its private half stays inside WebCrypto. */
import { encodeBase64url, type PublicJwk, parsePublicJwk, thumbprintInput } from '@countersign/core'

/** What a proof key signs with. Ed25519 proofs say `EdDSA` in their header, the name that all peers know. */
export type ProofKeyAlgorithm = 'ES256' | 'Ed25519'

/** A key pair of which only the public half can be seen. */
export interface ProofKey {
  readonly algorithm: ProofKeyAlgorithm
  readonly publicJwk: PublicJwk
  /** RFC 7638 SHA-256 thumbprint, base64url: the `jkt` that tokens are bound to. */
  readonly thumbprint: string
  /** Signs the ASCII `signingInput`; yields the JWS form of the signature, 64 octets. */
  sign(signingInput: string): Promise<Uint8Array>
}

const PARAMETERS = {
  ES256: { key: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  Ed25519: { key: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
} as const

const utf8 = new TextEncoder()

/** Makes a key, ES256 unless told otherwise: the cheapest to verify, and every call is verified. It lives as long as the process. */
export async function generateProofKey(algorithm: ProofKeyAlgorithm = 'ES256'): Promise<ProofKey> {
  const pair = await crypto.subtle.generateKey(PARAMETERS[algorithm].key, false, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError(`${algorithm} has no key pairs here.`)
  const publicJwk = readPublicJwk(await crypto.subtle.exportKey('jwk', pair.publicKey))
  return createProofKey(algorithm, publicJwk, pair.privateKey)
}

/**
 * Takes a private JWK, P-256 or Ed25519, such as a key file holds. Throws a `TypeError` when it is neither, or when its
 * public members belong to another key than its private one; no member is ever in the message.
 */
export async function importProofKey(privateJwk: JsonWebKey): Promise<ProofKey> {
  const { kty, crv, x, y, d } = privateJwk
  const algorithm = kty === 'OKP' ? 'Ed25519' : 'ES256'
  const publicJwk = readPublicJwk(kty === 'OKP' ? { kty, crv, x } : { kty, crv, x, y })
  if (typeof d !== 'string') throw new TypeError('A proof key is imported from a private JWK; this one has no "d".')
  const parameters = PARAMETERS[algorithm].key
  try {
    const privateKey = await crypto.subtle.importKey('jwk', { ...publicJwk, d }, parameters, false, ['sign'])
    const publicKey = await crypto.subtle.importKey('jwk', { ...publicJwk }, parameters, false, ['verify'])
    const key = await createProofKey(algorithm, publicJwk, privateKey)
    const signature = new Uint8Array(await key.sign('pair'))
    const isPair = await crypto.subtle.verify(PARAMETERS[algorithm].sign, publicKey, signature, utf8.encode('pair'))
    if (isPair) return key
  } catch {
    // The engine's own message might quote the key.
  }
  throw new TypeError('The private JWK is malformed, or its public and private members are of different keys.')
}

function readPublicJwk(jwk: object): PublicJwk {
  const parsed = parsePublicJwk(jwk)
  if (parsed.ok && parsed.value.kty !== 'RSA') return parsed.value
  throw new TypeError('A proof key is a P-256 or an Ed25519 key (RFC 7518 §6.2, RFC 8037 §2).')
}

async function createProofKey(
  algorithm: ProofKeyAlgorithm,
  publicJwk: PublicJwk,
  privateKey: CryptoKey,
): Promise<ProofKey> {
  const thumbprint = await crypto.subtle.digest('SHA-256', utf8.encode(thumbprintInput(publicJwk)))
  return {
    algorithm,
    publicJwk,
    thumbprint: encodeBase64url(new Uint8Array(thumbprint)),
    async sign(signingInput) {
      return new Uint8Array(await crypto.subtle.sign(PARAMETERS[algorithm].sign, privateKey, utf8.encode(signingInput)))
    },
  }
}
