/**
 * What happened, for logs, metrics and hooks. An event holds what was verified, names that the operator declared, and
 * constants of ours: never a token, a proof, its id or a secret, and nothing that a caller wrote.
 */
import type { RejectionCode } from '../rejection.ts'
import type { AttestationEvent } from './attestation-events.ts'
import type { StoreEvent } from './ledger.ts'

/** What is told of every decision about a call. */
interface DecisionEvent {
  /** From the call's headers to the verdict, in seconds: also the time in which its body came, or keys were fetched. */
  readonly seconds: number
  /** Now minus the `iat` of the proof, once that was verified, in seconds; positive where the caller's clock is behind. */
  readonly skew?: number
  /** `client_id` of the token, once that was verified. */
  readonly clientId?: string
  /** What the messages ask for: a method that was declared, else `request`, `notification` or `response`. */
  readonly methods: readonly string[]
  /** The tools that they call, those that were declared. */
  readonly tools: readonly string[]
}

/** A call that may pass. */
interface AllowedEvent extends DecisionEvent {
  readonly type: 'allowed'
  readonly clientId: string
  /** RFC 7638 thumbprint of the key that was proven; absent for a Bearer token. */
  readonly jkt?: string
}

/** A call that may not. `reason` is a constant word, such as `audience`. */
interface RefusedEvent extends DecisionEvent {
  readonly type: 'refused'
  readonly code: RejectionCode
  readonly reason?: string
}

/** A call that could not be judged, because something of ours is broken; it did not pass. */
interface FailedEvent extends DecisionEvent {
  readonly type: 'failed'
}

/** An issuer gave no usable answer about a token (RFC 7662); `reason` is a constant word, such as `timeout`. */
interface IntrospectionFailedEvent {
  readonly type: 'introspection_failed'
  readonly issuer: string
  readonly reason: string
}

/** What an issuer has revoked could not be read; `reason` is a constant word, such as `timeout`. */
interface RevocationFeedFailedEvent {
  readonly type: 'revocation_feed_failed'
  readonly issuer: string
  readonly reason: string
}

/** A protection that an issuer's tokens do not have here; `docs/issuers.md` says what each means. */
export type Weakening =
  | 'no_sender_binding'
  | 'no_audience'
  | 'shared_audience'
  | 'no_token_type'
  | 'no_revocation'
  | 'opaque_tokens_shown_to_others'

/** What an operator's configuration gives up for an issuer: told once, when the guard is made, or as soon as it is known. */
interface WeakenedEvent {
  readonly type: 'weakened_by_configuration'
  readonly issuer: string
  readonly losses: readonly Weakening[]
}

/** A use of a capability was spent: the call that it is for may pass, and comes next as `allowed`. */
interface CapabilityUsedEvent {
  readonly type: 'capability_used'
  readonly tool: string
  readonly clientId: string
  /** The beginning of the digest that its uses are counted under, and all of it that is told. */
  readonly shortId: string
}

/** A client leans on a tool; told for each call that is judged while it does. */
interface FrictionLevelEvent {
  readonly type: 'friction_level'
  readonly tool: string
  readonly clientId: string
  /** `high` takes a person's approval, `blocked` nothing but time. */
  readonly level: 'low' | 'medium' | 'high' | 'blocked'
}

/**
 * A call is let through while the shared store cannot be asked: its proof was spent in the memory of this process, or of
 * this host, to which the proof's nonce binds it. It comes next as `allowed`.
 */
interface DegradedUseEvent {
  readonly type: 'degraded_use'
  readonly clientId: string
  /** As in a decision. */
  readonly tools: readonly string[]
}

/** Whatever a guard has to tell. */
export type GuardEvent =
  | AllowedEvent
  | RefusedEvent
  | FailedEvent
  | IntrospectionFailedEvent
  | RevocationFeedFailedEvent
  | WeakenedEvent
  | CapabilityUsedEvent
  | FrictionLevelEvent
  | DegradedUseEvent
  | StoreEvent
  | AttestationEvent

/** Receives events, while the call waits: it must neither throw nor take long. */
export type Events = (event: GuardEvent) => void
