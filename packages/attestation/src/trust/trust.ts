/** A trust list that keeps itself current: it fetches keys, hears of revoked ones and forgets neither. */
import type { AttestationEvents, Awaitable, Clock, Verifier } from '@countersign/core'
import type { SecurityEventResult } from '../events/verify-security-event.ts'
import type { FetchingPolicy } from '../keys/fetching-policy.ts'
import type { TrustState } from '../keys/trust-state.ts'
import type { TrustList } from './trust-list.ts'

/** A key that is trusted no more. */
export interface RevokedIssuerKey {
  readonly issuer: string
  /** RFC 7638 thumbprint. */
  readonly keyThumbprint: string
  /** A constant word, such as `key_compromise`. */
  readonly reason: string
}

/** A trust list with keys that come and go. */
export interface Trust extends TrustList {
  /** Resolves once every issuer has keys; rejects, with the issuer and the cause, when some cannot be had. */
  ready(): Promise<void>
  /** Forgets the keys that were fetched, of one issuer or of all, and fetches them anew; rejects like `ready`. */
  invalidate(issuer?: string): Promise<void>
  /** Takes a key out of trust at once and for good. Throws a `TypeError` for an issuer that is not on the list. */
  evict(issuer: string, keyThumbprint: string, reason: string): Promise<void>
  /**
   * Tells of every key that is revoked, whoever said so, and at once of those that already are; yields what ends it.
   * From then on keys are fetched in the background, whether anybody asks for them or not. Keys are told of again after
   * a restart, so whoever listens takes a second telling for the same.
   */
  onRevoked(listener: (key: RevokedIssuerKey) => void): () => void
  /**
   * Whether the revocations of an issuer that earlier runs have remembered are here, and so were told; false where they
   * cannot be read. True for an issuer that is not on the list, of whom nothing is remembered.
   */
  recalls(issuer: string): Awaitable<boolean>
  /** Takes a signed security event (RFC 8417) that was addressed to `audience`, and does what it says. */
  receive(securityEvent: string, audience: string): Promise<SecurityEventResult>
  /** Stops fetching. What was fetched stays good for its time. */
  close(): void
}

/** What a trust list that keeps itself current is made with. */
export interface TrustOptions {
  readonly verifier: Verifier
  /** The system's unless given. */
  readonly clock?: Clock
  /** For all key sources; by default, on Node, one that reaches the public internet and the configured URLs. */
  readonly fetch?: typeof fetch
  readonly events?: AttestationEvents
  /** Where revocations, bundle marks and the last keys outlive a restart; without it, nothing does. */
  readonly state?: TrustState
  readonly fetching?: Partial<FetchingPolicy>
}
