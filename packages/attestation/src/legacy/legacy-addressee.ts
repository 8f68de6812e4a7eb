/** Is a signed attestation of the legacy carriage for this server, and may its issuer say what it says? */
import type { Refused } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import { parseSpiffeId } from '../trust/spiffe-id.ts'
import type { SignedLegacyAttestation } from './read-legacy-attestation.ts'

/** The one version of the carriage, in what a client declares as in what an issuer signs. */
export const legacyAttestationVersion = '0.1.0'

/** What an attestation of the legacy carriage is compared with. */
export interface LegacyExpectation {
  /** This server: the `resource`, compared to the letter. */
  readonly audience: string
  /** RFC 7638 thumbprint of the key whose proof came with it; `none` when no proof did. */
  readonly proofThumbprint: string | 'none'
}

/**
 * What is wrong, or `undefined`; `jkt` is the thumbprint of `cnf.jwk`, where there is one. Asked only about what a
 * signature vouches for: before that, nothing in it means anything.
 */
export function judgeLegacyAddressee(
  { trusted, claims }: SignedLegacyAttestation,
  jkt: string | undefined,
  expected: LegacyExpectation,
): Refused | undefined {
  const { identity, metadata } = claims.agent
  if (!trusted.providers.has(identity.provider)) return refuseAttestation('attestation_issuer_untrusted', 'provider')
  const subject = parseSpiffeId(claims.subject)
  if (subject === undefined) return refuseAttestation('attestation_invalid', 'sub')
  if (subject.trustDomain !== trusted.trustDomain) {
    return refuseAttestation('attestation_issuer_untrusted', 'trust_domain')
  }
  if (metadata.attestation_version !== legacyAttestationVersion) {
    return refuseAttestation('attestation_invalid', 'attestation_version')
  }
  // Whoever names a key wants the attestation to be of no use without it.
  if (jkt !== undefined && jkt !== expected.proofThumbprint) {
    return refuseAttestation('attestation_key_mismatch', expected.proofThumbprint === 'none' ? 'no_proof' : 'other_key')
  }
  const { audience } = claims
  // One string: with a list of them, each recipient could show the attestation to the others first.
  if (typeof audience !== 'string') return refuseAttestation('attestation_audience_mismatch', 'several_audiences')
  return audience === expected.audience ? undefined : refuseAttestation('attestation_audience_mismatch', 'audience')
}
