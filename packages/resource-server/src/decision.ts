/** What the guard decided of one call: a value, never an exception. */
import type { JsonValue, Rejection } from '@countersign/core'

/** Who is calling, as far as was verified. */
export interface Caller {
  /** The authorization server that vouched. */
  readonly issuer: string
  /** `sub`: the user, or the client itself where no user is involved (RFC 9068 §2.2). */
  readonly subject: string
  /** `client_id`: the agent. */
  readonly clientId: string
  /** RFC 7638 thumbprint of the key that the token is bound to; absent for Bearer tokens. */
  readonly jkt?: string
  /** What the token carries and what those scopes imply. */
  readonly scopes: ReadonlySet<string>
  /** When the token ends, NumericDate. */
  readonly expires: number
}

/** `nonce` is the one to send as `DPoP-Nonce`, when the caller needs another (RFC 9449 §8.2). */
export type Decision =
  | { readonly allowed: true; readonly caller: Caller; readonly body: JsonValue | undefined; readonly nonce?: string }
  | { readonly allowed: false; readonly rejection: Rejection; readonly nonce?: string }
