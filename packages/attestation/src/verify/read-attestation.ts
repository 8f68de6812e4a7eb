/** An attestation as signed by a trusted issuer, before anybody asks whom it is for. */
import {
  type Clock,
  type CompactJws,
  ok,
  type Result,
  readCompactJws,
  type SignatureAlgorithm,
  thumbprintInput,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import { type AttestationClaims, readAttestationClaims } from '../claims/attestation-claims.ts'
import { type AttestationTimes, judgeAttestationTime, refuseUntimely } from '../claims/attestation-time.ts'
import { attestationAlgorithms, bringsKey } from '../jws/attestation-algorithms.ts'
import { isMediaType } from '../jws/media-type.ts'
import type { TrustedIssuer, TrustList } from '../trust/trust-list.ts'

/** The media type of an attestation (draft-ietf-oauth-attestation-based-client-auth §5.1). */
export const attestationType = 'oauth-client-attestation+jwt'

/** Signature, claims and issuer are good; time and addressee have to be judged each time that it is shown. */
export interface SignedAttestation {
  readonly trusted: TrustedIssuer
  readonly claims: AttestationClaims
  readonly keyId: string | undefined
  readonly algorithm: SignatureAlgorithm
  readonly keyThumbprint: string
  /** Thumbprint of `cnf.jwk`. */
  readonly jkt: string | undefined
}

/** What reading takes. */
export interface ReadingParts {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly trust: TrustList
  readonly times: AttestationTimes
}

const LONGEST_ATTESTATION = 8192
const LONGEST_KEY_ID = 256

/** Cheap checks before the signature; what a signature has to vouch for first is judged by others, after it. */
export async function readAttestation(
  text: string,
  { verifier, clock, trust, times }: ReadingParts,
): Promise<Result<SignedAttestation>> {
  const jws = readCompactJws(text, LONGEST_ATTESTATION)
  if (!jws.ok) return refuseAttestation('attestation_invalid', jws.reason)
  const header = readHeader(jws.value)
  if (!header.ok) return refuseAttestation('attestation_invalid', header.reason)
  const claims = readAttestationClaims(jws.value.payload)
  if (!claims.ok) return refuseAttestation('attestation_invalid', claims.reason)

  const trusted = trust.find(claims.value.issuer)
  if (trusted === undefined) {
    const resembles = trust.findLookAlike(claims.value.issuer)
    return refuseAttestation(
      'attestation_issuer_untrusted',
      resembles === undefined ? 'issuer' : 'look_alike',
      resembles,
    )
  }
  const { algorithm, keyId } = header
  if (!trusted.algorithms.has(algorithm)) return refuseAttestation('attestation_invalid', 'alg')
  const untimely = judgeAttestationTime(claims.value, clock(), times)
  if (untimely !== undefined) return refuseUntimely(untimely)

  const key = await findKey(trusted, keyId, algorithm)
  if (!key.ok) return key
  const { signingInput, signature } = jws.value
  if (!(await verifier.verify(key.value, signingInput, signature))) {
    return refuseAttestation('attestation_invalid', 'signature')
  }
  const confirmed = claims.value.key
  const jkt = confirmed === undefined ? undefined : await verifier.digest(thumbprintInput(confirmed))
  const keyThumbprint = key.value.thumbprint
  return ok({ trusted, claims: claims.value, keyId, algorithm, keyThumbprint, jkt })
}

/** The issuer's key, or why there is none: a key that nobody can look up right now is not a wrong one. */
export async function findKey(
  { keys }: TrustedIssuer,
  keyId: string | undefined,
  algorithm: SignatureAlgorithm,
): Promise<Result<VerifyKey>> {
  const key = await keys.find(keyId, algorithm)
  if (key.ok) return key
  const { code, reason = 'unknown_key' } = key.rejection
  return refuseAttestation(code === 'keys_unavailable' ? 'keys_unavailable' : 'attestation_invalid', reason)
}

type HeaderResult =
  | {
      readonly ok: true
      readonly algorithm: (typeof attestationAlgorithms)[number]
      readonly keyId: string | undefined
    }
  | { readonly ok: false; readonly reason: string }

function readHeader({ header }: CompactJws): HeaderResult {
  const { typ, alg, kid } = header
  if (!isMediaType(typ, attestationType)) return { ok: false, reason: 'typ' }
  const algorithm = attestationAlgorithms.find((known) => known === alg)
  if (algorithm === undefined) return { ok: false, reason: 'alg' }
  if (bringsKey(header)) return { ok: false, reason: 'embedded_key' }
  if (kid === undefined) return { ok: true, algorithm, keyId: undefined }
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KEY_ID) return { ok: false, reason: 'kid' }
  return { ok: true, algorithm, keyId: kid }
}
