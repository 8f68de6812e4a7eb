/** Is it an attestation at all (draft-ietf-oauth-attestation-based-client-auth §5.1), by its form and its header? */
import { readCompactJws } from '@countersign/core'
import { refuseAttestation } from '../../attestation-rejection.ts'
import { readAttestationClaims } from '../../claims/attestation-claims.ts'
import { attestationAlgorithms, bringsKey } from '../../jws/attestation-algorithms.ts'
import { attestationType } from '../../jws/attestation-type.ts'
import { isMediaType } from '../../jws/media-type.ts'
import { type AttestationCheck, established } from '../presented.ts'

const LONGEST_ATTESTATION = 8192
const LONGEST_KEY_ID = 256

/** One strict compact JWS, with a JSON object in it and no member named twice. */
export const form: AttestationCheck = (presented) => {
  const jws = readCompactJws(presented.text, LONGEST_ATTESTATION)
  if (!jws.ok) return refuseAttestation('attestation_invalid', jws.reason)
  presented.jws = jws.value
  return undefined
}

/** `typ` says that it is one: no proof, no token and no bundle is taken for it. */
export const type: AttestationCheck = ({ jws }) =>
  isMediaType(established(jws).header.typ, attestationType)
    ? undefined
    : refuseAttestation('attestation_invalid', 'typ')

/** `alg` is one of ours. */
export const algorithm: AttestationCheck = (presented) => {
  const { alg } = established(presented.jws).header
  const known = attestationAlgorithms.find((name) => name === alg)
  if (known === undefined) return refuseAttestation('attestation_invalid', 'alg')
  presented.algorithm = known
  return undefined
}

/** `kid`, where there is one, is a short text. */
export const keyId: AttestationCheck = (presented) => {
  const { kid } = established(presented.jws).header
  if (kid === undefined) return undefined
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KEY_ID) {
    return refuseAttestation('attestation_invalid', 'kid')
  }
  presented.keyId = kid
  return undefined
}

/** Every claim is there and well-formed, before anything is done with one of them. */
export const claims: AttestationCheck = (presented) => {
  const read = readAttestationClaims(established(presented.jws).payload)
  if (!read.ok) return refuseAttestation('attestation_invalid', read.reason)
  presented.claims = read.value
  return undefined
}

/** It neither brings a key nor says where to get one. */
export const embeddedKey: AttestationCheck = ({ jws }) =>
  bringsKey(established(jws).header) ? refuseAttestation('attestation_invalid', 'embedded_key') : undefined
