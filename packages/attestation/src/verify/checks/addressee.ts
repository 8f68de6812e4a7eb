/** Is it the one of this client, with this key, at this server (A3, A7)? */
import { type Awaitable, thumbprintInput } from '@countersign/core'
import { refuseAttestation } from '../../attestation-rejection.ts'
import { type AttestationCheck, established, type Presented } from '../presented.ts'

/** `sub` is the client that the caller otherwise is. */
export const client: AttestationCheck = ({ claims, expected }) =>
  established(claims).subject === expected.clientId ? undefined : refuseAttestation('attestation_invalid', 'client_id')

/** It names the instance's key, unless its issuer may send such as name none. */
export const instanceKey: AttestationCheck = (presented, { verifier }) => {
  const { key } = established(presented.claims)
  if (key === undefined) {
    return established(presented.trusted).acceptUnbound ? undefined : refuseAttestation('attestation_invalid', 'cnf')
  }
  return presented.jkt === undefined ? nameKey(presented, verifier.digest(thumbprintInput(key))) : undefined
}

async function nameKey(presented: Presented, thumbprint: Awaitable<string>): Promise<undefined> {
  presented.jkt = await thumbprint
}

/** That key is the one whose proof came with it. */
export const keyBinding: AttestationCheck = ({ jkt, expected: { proofThumbprint } }) => {
  if (jkt === undefined || jkt === proofThumbprint) return undefined
  return refuseAttestation('attestation_key_mismatch', proofThumbprint === 'none' ? 'no_proof' : 'other_key')
}

/** `aud` is this server alone; it may be left out where a proof binds it, unless this server demands it. */
export const audience: AttestationCheck = ({ claims, expected, jkt }) => {
  const named = established(claims).audience
  if (named === undefined) {
    const mustName = jkt === undefined || expected.requireAudience === true
    return mustName ? refuseAttestation('attestation_audience_mismatch', 'no_audience') : undefined
  }
  // One string: with a list of them, each recipient could show the attestation to the others.
  if (typeof named !== 'string') return refuseAttestation('attestation_audience_mismatch', 'several_audiences')
  return named === expected.audience ? undefined : refuseAttestation('attestation_audience_mismatch', 'audience')
}
