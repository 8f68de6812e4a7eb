/** An issuer as the operator trusts it, with its keys at hand. */
import type { KeyRing, SignatureAlgorithm } from '@countersign/core'

/** What the token reader knows of an issuer. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly algorithms: ReadonlySet<SignatureAlgorithm>
  readonly acceptPlainJwt: boolean
  readonly acceptSeveralAudiences: boolean
  readonly keys: KeyRing
}
