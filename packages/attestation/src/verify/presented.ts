/** One attestation on its way through the checks: what was shown, and what each check has established so far. */
import type { Clock, CompactJws, Ledger, Refused, Verifier, VerifyKey } from '@countersign/core'
import type { AttestationClaims } from '../claims/attestation-claims.ts'
import type { AttestationTimes } from '../claims/attestation-time.ts'
import type { AttestationAlgorithm } from '../jws/attestation-algorithms.ts'
import type { TrustedIssuer, TrustList } from '../trust/trust-list.ts'

/** What an attestation is compared with. */
export interface AttestationExpectation {
  /** RFC 7638 thumbprint of the key whose proof came with it; `none` when no proof did. */
  readonly proofThumbprint: string | 'none'
  /** Who the caller otherwise is: the `client_id` of its access token, or of its token request. */
  readonly clientId: string
  /** This server: the `resource`, or at the token endpoint the authorization server's issuer. Compared to the letter. */
  readonly audience: string
  /** Refuse attestations that name no audience; a single-use one always has to. */
  readonly requireAudience?: boolean
}

/** What is known of a text as long as it is the same text, and worth remembering. */
export interface ReadText {
  algorithm?: AttestationAlgorithm | undefined
  /** The `kid`, where it has one. */
  keyId?: string | undefined
  claims?: AttestationClaims | undefined
  /** Thumbprint of the key that its signature was verified with. */
  verifiedBy?: string | undefined
  /** Thumbprint of `cnf.jwk`, where it has one. */
  jkt?: string | undefined
}

/** Filled in from top to bottom; a check that reads what none before it established is a mistake of ours. */
export interface Presented extends ReadText {
  readonly text: string
  readonly expected: AttestationExpectation
  jws?: CompactJws | undefined
  trusted?: TrustedIssuer | undefined
  /** The issuer's key as of now. */
  key?: VerifyKey | undefined
  /** NumericDate of the last look at the clock. */
  now?: number | undefined
}

/** What the checks work with. */
export interface VerificationContext {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly trust: TrustList
  readonly ledger: Ledger | undefined
  readonly times: AttestationTimes
}

/** What a check has against an attestation: usually nothing. */
export type Objection = Refused | undefined

/** One thing that is verified. Answers at once where it can. */
export type AttestationCheck = (presented: Presented, context: VerificationContext) => Objection | Promise<Objection>

/** The value, or an exception, and so no acceptance, when it was never established. */
export function established<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a check ran before the one that it builds on')
  return value
}
