/** Signatures and digests behind one port: `fast` on Node, `portable` on WebCrypto, under the same tests. */

import type { SignatureAlgorithm } from '../jose/algorithms.ts'
import type { PublicJwk } from '../jose/jwk.ts'
import type { Result } from '../result.ts'

/** A public key, imported once, bound to the one algorithm it may be used with. Opaque to all but its verifier. */
export interface VerifyKey {
  readonly algorithm: SignatureAlgorithm
  /** RFC 7638 SHA-256 thumbprint, base64url. */
  readonly thumbprint: string
}

/** May answer at once or later; callers `await`. */
export type Awaitable<T> = T | Promise<T>

/** Verifies JWS signatures and hashes strings. */
export interface Verifier {
  /** Imports a public JWK for one algorithm; refuses (`invalid_key` reason) private members, wrong curves, RSA below 2048 bits. */
  importKey(jwk: PublicJwk, algorithm: SignatureAlgorithm): Awaitable<Result<VerifyKey>>
  /** True when `signature` (JWS form: R‖S for ES256) is the key's over the ASCII `signingInput`. */
  verify(key: VerifyKey, signingInput: string, signature: Uint8Array): Awaitable<boolean>
  /** SHA-256, base64url without padding; a string is hashed as UTF-8. */
  digest(data: string | Uint8Array): Awaitable<string>
}
