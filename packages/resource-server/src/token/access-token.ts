/** What is known of an access token once its issuer has vouched for it, by its signature or by its answer. */
import type { ClaimedAgent, ClaimsResult } from '@countersign/attestation/verify'
import type { Capability, CompiledCapability } from '@countersign/capability'
import type { Spend } from '@countersign/core'
import type { ActorClaim } from '@countersign/core/wire'

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
  /** Who holds a token that was passed on, the present holder outermost (`act`, RFC 8693 §4.1). */
  readonly act?: ActorClaim
  /** `jti` of every token that it was exchanged from (`derived_from`, ours): it falls with each of them. */
  readonly derivedFrom?: readonly string[]
  /** RFC 7638 thumbprint of every key that it was passed on under (`derived_keys`, ours): it falls with each of them. */
  readonly derivedKeys?: readonly string[]
  /** All capabilities among its `authorization_details` (RFC 9396 §9.1), for whatever server; absent where there are none. */
  readonly granted?: readonly Capability[]
  /** Those for this server, ready to be matched and counted; absent where there are none. */
  readonly capabilities?: readonly HeldCapability[]
  /** SHA-256 of the token, base64url: what a proof's `ath` must be. */
  readonly ath: string
  /** Under which its revocation would be published: see `revocationKey`. Empty where its issuer publishes none. */
  readonly revocationKeys: readonly string[]
}

/** A capability as a token holds it. */
export interface HeldCapability {
  readonly compiled: CompiledCapability
  /** What one use costs in the ledger: one of its own uses first, and one of each that it was narrowed from. */
  readonly spends: readonly Spend[]
}

/** A key that signs attestations. */
export interface AttestationKey {
  /** Whose it is. */
  readonly issuer: string
  /** RFC 7638. */
  readonly keyThumbprint: string
}
