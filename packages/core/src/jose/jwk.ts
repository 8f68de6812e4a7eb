/** Public keys as JWKs (RFC 7517), one shape for each key type that is ever accepted. */

/** P-256 (RFC 7518 §6.2), Ed25519 (RFC 8037 §2) or RSA (RFC 7518 §6.3); every value base64url without padding. */
export type PublicJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
