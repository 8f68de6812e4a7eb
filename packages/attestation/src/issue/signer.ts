/** Who signs attestations and bundles: a key in this process now, a security module behind the same interface later. */
import { encodeBase64url, type PublicJwk, parsePublicJwk, thumbprintInput } from '@countersign/core'
import { algorithmOf } from '../jws/attestation-algorithms.ts'

/** A signing key of which only the public half can be seen. */
export interface AttestationSigner {
  readonly algorithm: 'Ed25519' | 'ES256'
  /** The `kid` that its signatures name. */
  readonly keyId: string
  readonly publicJwk: PublicJwk
  /** Signs the ASCII `signingInput`; yields the JWS form of the signature, 64 octets. */
  sign(signingInput: string): Promise<Uint8Array>
}

const PARAMETERS = {
  ES256: { key: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  Ed25519: { key: { name: 'Ed25519' }, sign: { name: 'Ed25519' } },
} as const

const utf8 = new TextEncoder()

/** Makes a private JWK to be kept in a file that only its owner can read; Ed25519 unless told otherwise. */
export async function generateSigningJwk(algorithm: AttestationSigner['algorithm'] = 'Ed25519'): Promise<JsonWebKey> {
  const pair = await crypto.subtle.generateKey(PARAMETERS[algorithm].key, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError(`${algorithm} has no key pairs here.`)
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey)
  // The engine's notes on what it may do with the key; the key itself says enough.
  delete jwk.key_ops
  delete jwk.ext
  return jwk
}

/**
 * Takes a private JWK, Ed25519 or P-256, and the `kid` for it, by default its RFC 7638 thumbprint. Throws a `TypeError`
 * when it is neither, or when its public members belong to another key; no member is ever in the message.
 */
export async function createLocalSigner(privateJwk: JsonWebKey, keyId?: string): Promise<AttestationSigner> {
  const { kty, crv, x, y, d } = privateJwk
  const publicJwk = parsePublicJwk(kty === 'OKP' ? { kty, crv, x } : { kty, crv, x, y })
  const algorithm = publicJwk.ok ? algorithmOf(publicJwk.value) : undefined
  if (!publicJwk.ok || algorithm === undefined || typeof d !== 'string') {
    throw new TypeError('A signing key is a private JWK, Ed25519 or P-256 (RFC 8037 §2, RFC 7518 §6.2).')
  }
  const privateKey = await importPair(publicJwk.value, d, algorithm)
  const thumbprint = await crypto.subtle.digest('SHA-256', utf8.encode(thumbprintInput(publicJwk.value)))
  return {
    algorithm,
    keyId: keyId ?? encodeBase64url(new Uint8Array(thumbprint)),
    publicJwk: publicJwk.value,
    sign: async (signingInput) => new Uint8Array(await signWith(privateKey, algorithm, signingInput)),
  }
}

function signWith(key: CryptoKey, algorithm: AttestationSigner['algorithm'], text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign(PARAMETERS[algorithm].sign, key, utf8.encode(text))
}

async function importPair(
  publicJwk: PublicJwk,
  d: string,
  algorithm: AttestationSigner['algorithm'],
): Promise<CryptoKey> {
  const { key, sign } = PARAMETERS[algorithm]
  try {
    const privateKey = await crypto.subtle.importKey('jwk', { ...publicJwk, d }, key, false, ['sign'])
    const publicKey = await crypto.subtle.importKey('jwk', { ...publicJwk }, key, false, ['verify'])
    const signature = await signWith(privateKey, algorithm, 'pair')
    if (await crypto.subtle.verify(sign, publicKey, signature, utf8.encode('pair'))) return privateKey
  } catch {
    // The engine's own message might quote the key.
  }
  throw new TypeError('The private JWK is malformed, or its public and private members are of different keys.')
}
