/** Is a signed attestation the one of this client, at this server, with this key, from somebody who may say so? */
import type { Refused } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import { claimsSpiffe, parseSpiffeId } from '../trust/spiffe-id.ts'
import type { TrustedIssuer } from '../trust/trust-list.ts'
import type { SignedAttestation } from './read-attestation.ts'

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

/** What is wrong, or `undefined`. Asked only about what a signature vouches for: before that, nothing in it means anything. */
export function judgeAddressee(
  { trusted, claims, jkt }: SignedAttestation,
  expected: AttestationExpectation,
): Refused | undefined {
  const outside = findOutsideDomain(trusted, claims.subject, claims.agent.identity.provider)
  if (outside !== undefined) return refuseAttestation('attestation_issuer_untrusted', outside)
  if (claims.subject !== expected.clientId) return refuseAttestation('attestation_invalid', 'client_id')
  if (jkt === undefined && !trusted.acceptUnbound) return refuseAttestation('attestation_invalid', 'cnf')
  if (jkt !== undefined && jkt !== expected.proofThumbprint) {
    return refuseAttestation('attestation_key_mismatch', expected.proofThumbprint === 'none' ? 'no_proof' : 'other_key')
  }
  const { audience } = claims
  const mustName = jkt === undefined || expected.requireAudience === true
  if (audience === undefined) {
    return mustName ? refuseAttestation('attestation_audience_mismatch', 'no_audience') : undefined
  }
  // One string: with a list of them, each recipient could show the attestation to the others.
  if (typeof audience !== 'string') return refuseAttestation('attestation_audience_mismatch', 'several_audiences')
  return audience === expected.audience ? undefined : refuseAttestation('attestation_audience_mismatch', 'audience')
}

function findOutsideDomain({ providers, trustDomain }: TrustedIssuer, subject: string, provider: string) {
  if (!providers.has(provider)) return 'provider'
  if (!claimsSpiffe(subject)) return undefined
  const id = parseSpiffeId(subject)
  return id !== undefined && id.trustDomain === trustDomain ? undefined : 'trust_domain'
}
