/** A verifier that is weak on purpose, for showing what an attack does without a defence. Never for serving anyone. */
import {
  type AttestationVerifier,
  type AttestationVerifierOptions,
  assembleAttestationVerifier,
} from '../verify/verify-attestation.ts'
import { type AttestationWeakness, weakenVerification } from './weakened-verification.ts'

/** Throws a `TypeError` unless `COUNTERSIGN_UNSAFE=1` is set; else as `createAttestationVerifier` does. */
export function createWeakenedAttestationVerifier(
  options: AttestationVerifierOptions,
  weaknesses: readonly AttestationWeakness[],
): AttestationVerifier {
  if (process.env.COUNTERSIGN_UNSAFE !== '1') {
    throw new TypeError('a weakened attestation verifier needs COUNTERSIGN_UNSAFE=1 in the environment')
  }
  return assembleAttestationVerifier(options, weakenVerification(weaknesses))
}
