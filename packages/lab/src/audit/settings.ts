/** What an operator gives to an audit beside the URL, and allows it. */

/** Gets an access token that is bound to the key of the audit; rejects or yields undefined where it gets none. */
export type TokenSource = (request: {
  /** The server that it should be for. */
  readonly resource: string
  /** Exactly these scopes; where left out, what the server asks for. */
  readonly scopes?: readonly string[]
}) => Promise<string | undefined>

/** What checks may use and do. */
export interface AuditSettings {
  /** A token for another server, of the same key. */
  readonly otherToken?: string
  /** A token that was good until it expired, of the same key. */
  readonly expiredToken?: string
  /** Gets further tokens. */
  readonly obtain?: TokenSource
  /** The identifier of another server that `obtain` may get a token for. */
  readonly otherResource?: string
  /** Whether tools may be called that are not said to be read-only; false unless told. */
  readonly allowWrites?: boolean
  /** Scopes to try tokens with, beside those that the server publishes. */
  readonly scopes?: readonly string[]
  /** Revokes a token where it was issued; with it, the audit ends the token to see how long it is still taken. */
  readonly revoke?: (token: string) => Promise<void>
  /** Seconds after which a revoked token must be refused; default 10. */
  readonly revocationSeconds?: number
}
