/** The key that signed an attestation of the legacy carriage. */
import type { Result, VerifyKey } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import type { TrustedIssuer } from '../trust/trust-list.ts'

/** The one algorithm of this carriage (RFC 8037 §3.1). */
export const legacyAlgorithm = 'EdDSA'

/** The issuer's key, or why there is none: a key that nobody can look up right now is not a wrong one. */
export async function findLegacyKey({ keys }: TrustedIssuer, keyId: string | undefined): Promise<Result<VerifyKey>> {
  const key = await keys.find(keyId, legacyAlgorithm)
  if (key.ok) return key
  const { code, reason = 'unknown_key' } = key.rejection
  return refuseAttestation(code === 'keys_unavailable' ? 'keys_unavailable' : 'attestation_invalid', reason)
}
