/** How a refused attestation looks to the client (draft-ietf-oauth-attestation-based-client-auth §6.2). */
import { type Rejection, rejections } from '@countersign/core'
import { errors } from 'oidc-provider'

/** `invalid_client_attestation`, `use_fresh_attestation`, or `temporarily_unavailable` where nobody can say. */
export class AttestationRefused extends errors.OIDCProviderError {
  /** For the log alone. */
  readonly rejection: Rejection
  override readonly error_description: string
  /** The library would hide what is said with a 503. */
  override readonly expose = true

  /** `status` is that of a refusal; a 503 stays one. */
  constructor(rejection: Rejection, status: 400 | 401) {
    const kind = rejections[rejection.code]
    const isBroken = kind.status === 503
    super(isBroken ? 503 : status, isBroken ? 'temporarily_unavailable' : (kind.error ?? 'invalid_client_attestation'))
    this.rejection = rejection
    this.error_description = isBroken ? 'the attestation cannot be judged right now' : kind.summary
  }
}
