/** Weakened verifiers of attestations, for demonstrations of attacks on this machine only. */
export { createWeakenedAttestationVerifier } from './weakened-attestation-verifier.ts'
export { type AttestationWeakness, attestationWeaknesses } from './weakened-verification.ts'
