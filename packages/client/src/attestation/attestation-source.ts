/** Where an agent gets its attestations from (draft-ietf-oauth-attestation-based-client-auth §4). */
import type { ProofKey } from '@countersign/dpop'

/** What an attestation is wanted for. */
export interface AttestationRequest {
  /** The one server that it is to be shown to: a resource identifier, or the issuer of an authorization server. */
  readonly audience: string
  /** The key that it is to be bound to: the one that the agent's DPoP proofs are made with. */
  readonly key: ProofKey
  /** Set when the server has called the last one too old. */
  readonly fresh?: boolean
}

/**
 * Yields an attestation for a server, as a compact JWS; rejects when there is none to be had. Asked for every request,
 * so it keeps what it has: see `attestFrom`. What it rejects with is neither shown nor logged, unless it is an
 * AuthorizationRefused.
 */
export type AttestationSource = (request: AttestationRequest) => Promise<string>
