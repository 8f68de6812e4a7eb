/**
 * What happens to attestations and to the keys behind them, for logs, metrics and hooks. Only what was verified, what
 * the operator configured, and constants of ours: never an attestation, nor more than the beginning of its id.
 */
import type { RejectionCode } from '../rejection.ts'

/** An attestation was verified. */
interface AttestationVerifiedEvent {
  readonly type: 'attestation_verified'
  readonly issuer: string
  readonly level: 'enterprise' | 'provider'
  /** `key`: shown with a proof by the instance's key; `single_use`: whoever held it could have shown it. */
  readonly binding: 'key' | 'single_use'
  readonly carriage: AttestationCarriage
  /** Its signature was known from an earlier request. */
  readonly cached: boolean
  readonly seconds: number
  /** Now minus `iat`, seconds; negative where the issuer's clock is ahead. */
  readonly skew: number
  /** The first characters of `jti`. */
  readonly shortId: string
}

/** How an attestation came: in its header, or in `initialize` of the older protocol versions. */
export type AttestationCarriage = 'header' | 'legacy'

/** An attestation that was shown is not accepted. `issuer` is set where it is a trusted one. */
interface AttestationRefusedEvent {
  readonly type: 'attestation_refused'
  readonly code: RejectionCode
  readonly reason?: string
  readonly issuer?: string
  /** Set for a stranger that was made to look like a trusted issuer. */
  readonly resembles?: { readonly issuer: string; readonly how: string }
  readonly carriage: AttestationCarriage
  readonly cached: boolean
  readonly seconds: number
}

/** A call was served without the attestation that its policy prefers; `reason` is a constant word, such as `none`. */
interface AttestationMissedEvent {
  readonly type: 'attestation_missed'
  readonly clientId: string
  readonly reason: string
}

/** An attestation was issued, or refused to a deployment; `code` is a constant word. */
interface AttestationIssuedEvent {
  readonly type: 'attestation_issued'
  readonly clientId: string
  readonly keyId: string
  readonly seconds: number
}
interface AttestationIssueRefusedEvent {
  readonly type: 'attestation_issue_refused'
  readonly code: string
}

/** An issuer's keys were fetched. */
interface KeyFetchedEvent {
  readonly type: 'key_fetched'
  readonly issuer: string
  readonly seconds: number
}

/** An issuer's keys could not be had; `reason` is a constant word, such as `timeout`. */
interface KeyFetchFailedEvent {
  readonly type: 'key_fetch_failed'
  readonly issuer: string
  readonly reason: string
}

/** No key of an issuer is asked for any more until it has had time to recover, or is asked for again. */
interface KeyBreakerEvent {
  readonly type: 'key_breaker_opened' | 'key_breaker_closed'
  readonly issuer: string
}

/** A signed key bundle was not taken: `bundle_invalid`, `bundle_expired` or `bundle_rollback`. */
interface KeyBundleRefusedEvent {
  readonly type: 'key_bundle_refused'
  readonly issuer: string
  readonly code: string
  readonly reason?: string
}

/** A key is trusted no more, as a bundle or a signed security event (RFC 8417) says. */
interface KeyRevokedEvent {
  readonly type: 'attestation_key_revoked'
  readonly issuer: string
  /** RFC 7638 thumbprint. */
  readonly keyThumbprint: string
  readonly reason: string
}

/** Whatever there is to tell of attestations. */
export type AttestationEvent =
  | AttestationVerifiedEvent
  | AttestationRefusedEvent
  | AttestationMissedEvent
  | AttestationIssuedEvent
  | AttestationIssueRefusedEvent
  | KeyFetchedEvent
  | KeyFetchFailedEvent
  | KeyBreakerEvent
  | KeyBundleRefusedEvent
  | KeyRevokedEvent

/** Receives them; must neither throw nor take long. */
export type AttestationEvents = (event: AttestationEvent) => void
