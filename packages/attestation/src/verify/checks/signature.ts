/** Did the issuer sign it, with a key that is still its own? */
import { refuseAttestation } from '../../attestation-rejection.ts'
import {
  type AttestationCheck,
  established,
  type Objection,
  type Presented,
  type VerificationContext,
} from '../presented.ts'
import { form } from './form.ts'

/**
 * The issuer has the key, now: one that was revoked or replaced since takes with it whatever it has signed. A key that
 * nobody can look up right now is not a wrong one.
 */
export const signingKey: AttestationCheck = async (presented) => {
  const found = await established(presented.trusted).keys.find(presented.keyId, established(presented.algorithm))
  if (found.ok) {
    presented.key = found.value
    return undefined
  }
  const { code, reason = 'unknown_key' } = found.rejection
  return refuseAttestation(code === 'keys_unavailable' ? 'keys_unavailable' : 'attestation_invalid', reason)
}

/** The signature is that key's; a text that it was verified for before is not verified again. */
export const signature: AttestationCheck = (presented, context) =>
  established(presented.key).thumbprint === presented.verifiedBy ? undefined : verifySignature(presented, context)

async function verifySignature(presented: Presented, context: VerificationContext): Promise<Objection> {
  const key = established(presented.key)
  // A text that is remembered was not read: what it was signed with is wanted only if its issuer has another key now.
  if (presented.jws === undefined) await form(presented, context)
  const { signingInput, signature: signed } = established(presented.jws)
  if (!(await context.verifier.verify(key, signingInput, signed))) {
    return refuseAttestation('attestation_invalid', 'signature')
  }
  presented.verifiedBy = key.thumbprint
  return undefined
}
