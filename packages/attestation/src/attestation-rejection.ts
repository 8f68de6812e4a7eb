/** The typed reasons why an attestation is refused, each code for one reason alone. */
import type { Ok } from '@countersign/core'
import type { LookAlike } from './trust/look-alike.ts'

/** The codes. The last two say that something here is broken, not that the attestation is. */
export const attestationRejectionCodes = [
  'attestation_required',
  'attestation_invalid',
  'attestation_issuer_untrusted',
  'attestation_replay',
  'attestation_key_mismatch',
  'attestation_audience_mismatch',
  'attestation_policy',
  'keys_unavailable',
  'ledger_unavailable',
] as const

/** One of them. */
export type AttestationRejectionCode = (typeof attestationRejectionCodes)[number]

/** Why an attestation was refused. */
export interface AttestationRejection {
  readonly code: AttestationRejectionCode
  /** For the log and the metric alone: a constant word of ours such as `expired`, never what a caller wrote. */
  readonly reason?: string
  /** With `attestation_issuer_untrusted`: the trusted issuer whose name the stranger's was made to look like. */
  readonly resembles?: LookAlike
}

/** A refusal. */
export interface AttestationRefused {
  readonly ok: false
  readonly rejection: AttestationRejection
}

/** What was verified, or why nothing was. */
export type AttestationResult<T> = Ok<T> | AttestationRefused

/** Refuses with a code and, for the log, a constant reason. */
export function refuseAttestation(
  code: AttestationRejectionCode,
  reason?: string,
  resembles?: LookAlike,
): AttestationRefused {
  return {
    ok: false,
    rejection: { code, ...(reason !== undefined && { reason }), ...(resembles !== undefined && { resembles }) },
  }
}
