/** A key that tokens are signed with, kept out of the library's hands. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { ExternalSigningKey } from 'oidc-provider'
import { SIGNING_ALGORITHM } from '../configuration/tokens.ts'

/** Signs at once: what takes 30 µs is not worth the way to another thread and back. */
class OwnSigningKey extends ExternalSigningKey {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor(jwk: JsonWebKey, kid: string) {
    super()
    this.#privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
    this.#publicKey = createPublicKey(this.#privateKey)
    this.alg = SIGNING_ALGORITHM
    this.kid = kid
  }

  override keyObject(): KeyObject {
    return this.#publicKey
  }

  override sign(data: Buffer): Buffer {
    return sign(null, data, this.#privateKey)
  }
}

/** Wraps a private Ed25519 JWK for the library, which sees the public half alone. */
export function createSigningKey(jwk: JsonWebKey, kid: string): ExternalSigningKey {
  return new OwnSigningKey(jwk, kid)
}

/** Makes a key, as the JSON of a private JWK. */
export function makeSigningKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519')
  return Buffer.from(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg: SIGNING_ALGORITHM, use: 'sig' }))
}

/** What such a key is called: its RFC 7638 thumbprint. */
export function nameKey({ crv, kty, x }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}
