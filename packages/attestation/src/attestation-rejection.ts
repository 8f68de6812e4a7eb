/** The reasons why an attestation is refused: those of core's rejections that concern one, each code for one reason. */
import { type Refused, type RejectionCode, refuse } from '@countersign/core'
import type { LookAlike } from './trust/look-alike.ts'

/** The codes. The last two say that something here is broken, not that the attestation is. */
export const attestationRejectionCodes = [
  'attestation_required',
  'attestation_invalid',
  'attestation_expired',
  'attestation_issuer_untrusted',
  'attestation_replay',
  'attestation_key_mismatch',
  'attestation_audience_mismatch',
  'attestation_policy',
  'keys_unavailable',
  'ledger_unavailable',
] as const satisfies readonly RejectionCode[]

/** One of them. */
export type AttestationRejectionCode = (typeof attestationRejectionCodes)[number]

/**
 * Refuses with a code and, for the log, a constant reason. `resembles`: the trusted issuer whose name that of an
 * untrusted one was made to look like.
 */
export function refuseAttestation(code: AttestationRejectionCode, reason?: string, resembles?: LookAlike): Refused {
  const refused = refuse(code, reason)
  return resembles === undefined ? refused : { ok: false, rejection: { ...refused.rejection, resembles } }
}
