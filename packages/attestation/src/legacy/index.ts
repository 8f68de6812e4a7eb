/** Attestations in the threat analysis's own form, which come in `initialize` of the older protocol versions. */
export { type LegacyExpectation, legacyAttestationVersion } from './legacy-addressee.ts'
export {
  createLegacyAttestationVerifier,
  type LegacyAttestationVerifier,
  type LegacyAttestationVerifierOptions,
} from './verify-legacy-attestation.ts'
