/** The claims of a JWT access token (RFC 9068 §2.2). */

/** Times are NumericDate, seconds. Claims that are not listed here are carried along, unread. */
export interface AccessTokenClaims {
  readonly iss: string
  /** The resources it is for (RFC 8707); ours have one string. */
  readonly aud: string | string[]
  /** The user, or the client itself when it acts on its own behalf. */
  readonly sub: string
  readonly client_id: string
  readonly exp: number
  readonly iat: number
  readonly jti: string
  /** Separated by blanks (RFC 6749 §3.3): see `parseScope`. */
  readonly scope?: string
  /** The key that the token is bound to, by its RFC 7638 thumbprint (RFC 9449 §6.1). */
  readonly cnf?: { readonly jkt: string }
  readonly nbf?: number
  /** Ours: the digest that names the grant a person gave, when there is one; what stands on it is revoked together. */
  readonly grant_id?: string
  readonly [claim: string]: unknown
}
