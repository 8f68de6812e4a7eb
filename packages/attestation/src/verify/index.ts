/** Attestations verified, and what a server's policy makes of them. */
export { type AttestationRejectionCode, attestationRejectionCodes } from '../attestation-rejection.ts'
export { type ClaimedAgent, readAgentClaim, writeAgentClaim } from '../claims/agent-claim.ts'
export type { AgentClaims, AgentIdentity, AgentIntegrity, AttestationMetadata } from '../claims/agent-claims.ts'
export type { ClaimsResult } from '../claims/attestation-claims.ts'
export { type AttestationTimes, defaultAttestationTimes } from '../claims/attestation-time.ts'
export type { Assurance, AttestationLevel, SafetyLevel } from '../claims/ranks.ts'
export {
  type AttestationPolicy,
  type AttestationStanding,
  judgeAttestation,
  type ModelRequirement,
  type Presence,
} from '../policy/attestation-policy.ts'
export { completeAttestationPolicy } from '../policy/complete-attestation-policy.ts'
export type { AttestationExpectation } from './presented.ts'
export type { AttestedAgent, VerifiedAttestation } from './verified-attestation.ts'
export {
  type AttestationVerifier,
  type AttestationVerifierOptions,
  createAttestationVerifier,
} from './verify-attestation.ts'
