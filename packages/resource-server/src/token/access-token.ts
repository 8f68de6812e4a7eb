/** What is known of an access token once its issuer has vouched for it, by its signature or by its answer. */
import type { ClaimedAgent, ClaimsResult } from '@countersign/attestation/verify'

/** An access token that was verified; not yet whether it is meant for us, or still good: that is judged on every use. */
export interface AccessToken {
  /** Who vouched: the signature over a JWT (RFC 9068), or the issuer when it was asked (RFC 7662). */
  readonly source: 'jwt' | 'introspection'
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  /** Empty only where introspection says nothing of it, and the operator accepts that. */
  readonly audience: readonly string[]
  /** True when `aud` was an array: each recipient could use the token at the others. */
  readonly severalAudiences: boolean
  readonly scopes: ReadonlySet<string>
  /** NumericDate, exclusive. */
  readonly expires: number
  /** NumericDate, inclusive; 0 where there is none. */
  readonly notBefore: number
  /** NumericDate; 0, before every revocation, where the issuer doesn't say. */
  readonly issuedAt: number
  /** `jti`. */
  readonly tokenId?: string
  /** `grant_id`, ours: what stands on one grant is revoked together. */
  readonly grantId?: string
  /** RFC 7638 thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  readonly jkt?: string
  /**
   * Its `agent` claim, or what is wrong with that: what the issuer verified of an attestation. Absent where there is
   * none, or where this issuer's word on agents does not count. Ends by itself, before the token may.
   */
  readonly agent?: ClaimsResult<ClaimedAgent>
  /** By which key the agent was attested when the token was issued: the token falls with that key. */
  readonly attestationKey?: AttestationKey
  /** SHA-256 of the token, base64url: what a proof's `ath` must be. */
  readonly ath: string
  /** Under which its revocation would be published: see `revocationKey`. Empty where its issuer publishes none. */
  readonly revocationKeys: readonly string[]
}

/** A key that signs attestations. */
export interface AttestationKey {
  /** Whose it is. */
  readonly issuer: string
  /** RFC 7638. */
  readonly keyThumbprint: string
}
