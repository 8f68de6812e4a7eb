/** The name of a key: its JWK thumbprint (RFC 7638; for Ed25519 RFC 8037 §2). */
import type { PublicJwk } from './jwk.ts'

/**
 * The canonical JSON of a key: required members only, in lexicographic order, no white space (RFC 7638 §3). Its
 * SHA-256 digest, base64url, is the key's thumbprint, `jkt`. The values are base64url, so nothing needs an escape.
 */
export function thumbprintInput(jwk: PublicJwk): string {
  switch (jwk.kty) {
    case 'EC':
      return `{"crv":"${jwk.crv}","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`
    case 'OKP':
      return `{"crv":"${jwk.crv}","kty":"OKP","x":"${jwk.x}"}`
    case 'RSA':
      return `{"e":"${jwk.e}","kty":"RSA","n":"${jwk.n}"}`
  }
}
