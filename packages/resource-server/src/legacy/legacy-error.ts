/** Refusals as clients of the legacy carriage know them: JSON-RPC errors, each code for its own reason (§4.4 there). */
import type { JsonValue, Rejection, RejectionCode } from '@countersign/core'
import type { LegacyDeclaration } from './legacy-capability.ts'

interface LegacyError {
  readonly code: number
  readonly message: string
}

const invalid: LegacyError = { code: -32002, message: 'attestation_invalid' }
const insufficient: LegacyError = { code: -32006, message: 'attestation_claims_insufficient' }

/** Whatever is wrong with an attestation itself, and has no code of its own, is `attestation_invalid`. */
const errors: Partial<Record<RejectionCode, LegacyError>> = {
  attestation_required: { code: -32001, message: 'attestation_required' },
  attestation_invalid: invalid,
  attestation_key_mismatch: invalid,
  attestation_audience_mismatch: invalid,
  attestation_expired: { code: -32003, message: 'attestation_expired' },
  attestation_replay: { code: -32004, message: 'attestation_replay' },
  attestation_issuer_untrusted: { code: -32005, message: 'attestation_issuer_untrusted' },
  attestation_policy: insufficient,
}

/** Claims that are missing share the code of those that are not enough. */
function findError({ code, reason }: Rejection): LegacyError | undefined {
  return code === 'attestation_invalid' && reason === 'claim_missing' ? insufficient : errors[code]
}

/** The answer to the `initialize` with this `id`, as JSON text; `undefined` for what its client has no code for. */
export function describeLegacyError(
  rejection: Rejection,
  id: JsonValue,
  { policy, trustedIssuers }: LegacyDeclaration,
): string | undefined {
  const error = findError(rejection)
  if (error === undefined) return undefined
  const data = { policy, trusted_issuers: trustedIssuers }
  return JSON.stringify({ jsonrpc: '2.0', id, error: { ...error, data } })
}
