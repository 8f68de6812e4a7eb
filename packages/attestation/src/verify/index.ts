/** Attestations verified, and what a server's policy makes of them. */
export {
  type AttestationRefused,
  type AttestationRejection,
  type AttestationRejectionCode,
  type AttestationResult,
  attestationRejectionCodes,
} from '../attestation-rejection.ts'
export type { AgentClaims, AgentIdentity, AgentIntegrity, AttestationMetadata } from '../claims/agent-claims.ts'
export { type AttestationTimes, defaultAttestationTimes } from '../claims/attestation-time.ts'
export type { Assurance, AttestationLevel, SafetyLevel } from '../claims/ranks.ts'
export {
  type AttestationPolicy,
  type AttestationStanding,
  judgeAttestation,
  type ModelRequirement,
} from '../policy/attestation-policy.ts'
export type { AttestationExpectation } from './addressee.ts'
export type { AttestedAgent, VerifiedAttestation } from './verified-attestation.ts'
export {
  type AttestationVerifier,
  type AttestationVerifierOptions,
  createAttestationVerifier,
} from './verify-attestation.ts'
