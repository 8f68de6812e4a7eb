/** The claims of a JWT access token (RFC 9068 §2.2), those of delegation (RFC 8693 §4) and of details (RFC 9396 §9.1). */

/** Who acts for the subject (RFC 8693 §4.1): a client, by its id; inside of it those who acted before it. */
export interface ActorClaim {
  readonly sub: string
  readonly act?: ActorClaim
}

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
  /** Details of what is authorised; ours are capabilities, of the type `mcp_tool`. */
  readonly authorization_details?: readonly { readonly type: string; readonly [member: string]: unknown }[]
  /** Who holds a token that was passed on, the present holder outermost; the one who passed it on first is innermost. */
  readonly act?: ActorClaim
  /** The client that may exchange the token under a key of its own (RFC 8693 §4.4). */
  readonly may_act?: { readonly sub: string }
  /** Ours: the `jti` of every token that this one was exchanged from, oldest first, 4 at most; it ends with any of them. */
  readonly derived_from?: readonly string[]
  /** Ours: the key of every client that passed it on, by its RFC 7638 thumbprint, oldest first; it ends with any of them. */
  readonly derived_keys?: readonly string[]
  readonly [claim: string]: unknown
}
