/** What the guard decided of one call: a value, never an exception. */
import type { AttestationLevel, AttestedAgent } from '@countersign/attestation/verify'
import type { JsonValue, Rejection } from '@countersign/core'
import type { ActorClaim } from '@countersign/core/wire'

/** An agent that somebody who is trusted here has vouched for. */
export interface CallerAgent extends AttestedAgent {
  /**
   * How that is known: by an attestation that came with this call, by what the authorization server put into the token
   * (`agent` claim), or by one that came when the session began (`legacy`).
   */
  readonly source: 'attestation' | 'token' | 'legacy'
  /** When the word ends, NumericDate. */
  readonly expires: number
}

/** A capability of which this call has taken a use. */
export interface CallerCapability {
  readonly tool: string
  /** Its id at the issuer, under which it can be revoked. */
  readonly id: string
  /** NumericDate. */
  readonly expires: number
  /** When a person saw exactly this and said yes, NumericDate; absent where nobody was asked. */
  readonly approvedAt?: number
}

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
  /** How much the word of whoever vouches for the agent counts here; `none` where nobody does. */
  readonly attestation: { readonly level: AttestationLevel }
  /** Which agent is calling; absent where nobody vouches for it. */
  readonly agent?: CallerAgent
  /** Who holds a token that was passed on, the present holder outermost (RFC 8693 §4.1); for the record, not for deciding. */
  readonly act?: ActorClaim
  /** One for each call of a tool that was let through for a capability; absent where scopes were enough. */
  readonly capabilities?: readonly CallerCapability[]
}

/** What is said of a caller for whose agent nobody vouches. */
export const unattested: Pick<Caller, 'attestation'> = { attestation: { level: 'none' } }

/** `nonce` is the one to send as `DPoP-Nonce`, when the caller needs another (RFC 9449 §8.2). */
export type Decision =
  | { readonly allowed: true; readonly caller: Caller; readonly body: JsonValue | undefined; readonly nonce?: string }
  | { readonly allowed: false; readonly rejection: Rejection; readonly nonce?: string }
