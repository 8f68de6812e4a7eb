/** Is it from somebody who is trusted, and about what that issuer may speak of (A2, A5, A15)? */
import { refuseAttestation } from '../../attestation-rejection.ts'
import { claimsSpiffe, parseSpiffeId } from '../../trust/spiffe-id.ts'
import { type AttestationCheck, established } from '../presented.ts'

/** `iss` is on the trust list, to the letter; a stranger that looks like one who is gets named. */
export const issuer: AttestationCheck = (presented, { trust }) => {
  const name = established(presented.claims).issuer
  const trusted = trust.find(name)
  if (trusted !== undefined) {
    presented.trusted = trusted
    return undefined
  }
  const resembles = trust.findLookAlike(name)
  return refuseAttestation('attestation_issuer_untrusted', resembles === undefined ? 'issuer' : 'look_alike', resembles)
}

/** Its attestations come in the header: those of another carriage have rules of their own, and keys for nothing else. */
export const carriage: AttestationCheck = ({ trusted }) =>
  established(trusted).legacy ? refuseAttestation('attestation_issuer_untrusted', 'carriage') : undefined

/** This issuer may use this algorithm. */
export const issuerAlgorithm: AttestationCheck = ({ trusted, algorithm }) =>
  established(trusted).algorithms.has(established(algorithm))
    ? undefined
    : refuseAttestation('attestation_invalid', 'alg')

/** It speaks for a provider that it may speak for. */
export const provider: AttestationCheck = ({ trusted, claims }) =>
  established(trusted).providers.has(established(claims).agent.identity.provider)
    ? undefined
    : refuseAttestation('attestation_issuer_untrusted', 'provider')

/** Where `sub` is a SPIFFE ID, or pretends to be one, it is of the issuer's own trust domain. */
export const trustDomain: AttestationCheck = ({ trusted, claims }) => {
  const { subject } = established(claims)
  if (!claimsSpiffe(subject)) return undefined
  const id = parseSpiffeId(subject)
  return id !== undefined && id.trustDomain === established(trusted).trustDomain
    ? undefined
    : refuseAttestation('attestation_issuer_untrusted', 'trust_domain')
}
