/** What a call has to do with attestations that come in `initialize`. */
import type { VerifiedAttestation } from '@countersign/attestation/verify'
import type { JsonValue } from '@countersign/core'

/** Empty for a call that has nothing to do with them. */
export interface LegacyCall {
  /** Set for an `initialize` whose client knows the carriage: the id of the request that its answer is for. */
  readonly request?: { readonly id: JsonValue }
  /** What came with it and was verified. */
  readonly attestation?: VerifiedAttestation
  /** The id of the session that the call belongs to, as it was sealed; only of those that began with an attestation. */
  readonly sessionId?: string
}
