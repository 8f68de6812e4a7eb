/** The key that tokens are signed with, kept out of the library's hands. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { ExternalSigningKey } from 'oidc-provider'
import { SIGNING_ALGORITHM } from './tokens.ts'

/** Signs at once: what takes 30 µs is not worth the way to another thread and back. */
class OwnSigningKey extends ExternalSigningKey {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor(jwk: JsonWebKey) {
    super()
    this.#privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
    this.#publicKey = createPublicKey(this.#privateKey)
    this.alg = SIGNING_ALGORITHM
  }

  override keyObject(): KeyObject {
    return this.#publicKey
  }

  override sign(data: Buffer): Buffer {
    return sign(null, data, this.#privateKey)
  }
}

/** Wraps a private Ed25519 JWK for the library, which sees the public half alone. */
export function createSigningKey(jwk: JsonWebKey): ExternalSigningKey {
  return new OwnSigningKey(jwk)
}
