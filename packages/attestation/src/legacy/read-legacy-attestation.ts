/** An attestation of the legacy carriage as signed by an issuer of that carriage, before anybody asks whom it is for. */
import { type Clock, type CompactJws, ok, type Result, readCompactJws, type Verifier } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import { type AttestationTimes, judgeAttestationTime, refuseUntimely } from '../claims/attestation-time.ts'
import { bringsKey } from '../jws/attestation-algorithms.ts'
import type { TrustedIssuer, TrustList } from '../trust/trust-list.ts'
import { type LegacyClaims, readLegacyClaims } from './legacy-claims.ts'
import { findLegacyKey, legacyAlgorithm } from './legacy-key.ts'

/** Signature, claims and issuer are good. */
export interface SignedLegacyAttestation {
  readonly trusted: TrustedIssuer
  readonly claims: LegacyClaims
  readonly keyId: string | undefined
  readonly keyThumbprint: string
}

/** What reading takes. */
export interface LegacyReadingParts {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly trust: TrustList
  readonly times: AttestationTimes
}

const LONGEST_ATTESTATION = 8192
const LONGEST_KEY_ID = 256

/** What came of reading, and the issuer once it is known to be a trusted one. */
export interface LegacyReading {
  readonly result: Result<SignedLegacyAttestation>
  readonly issuer?: string
}

/** Cheap checks before the signature; what a signature has to vouch for first is judged by others, after it. */
export async function readLegacyAttestation(text: string, parts: LegacyReadingParts): Promise<LegacyReading> {
  const jws = readCompactJws(text, LONGEST_ATTESTATION)
  if (!jws.ok) return { result: refuseAttestation('attestation_invalid', jws.reason) }
  const header = readHeader(jws.value)
  if (!header.ok) return { result: refuseAttestation('attestation_invalid', header.reason) }
  const claims = readLegacyClaims(jws.value.payload)
  if (!claims.ok) return { result: refuseAttestation('attestation_invalid', claims.reason) }
  const trusted = findIssuer(claims.value.issuer, parts.trust)
  if (!trusted.ok) return { result: trusted }
  const { issuer } = trusted.value
  const presented = { jws: jws.value, claims: claims.value, keyId: header.keyId, trusted: trusted.value }
  return { result: await verifySignature(presented, parts), issuer }
}

interface Presented {
  readonly jws: CompactJws
  readonly claims: LegacyClaims
  readonly keyId: string | undefined
  readonly trusted: TrustedIssuer
}

async function verifySignature(
  { jws, claims, keyId, trusted }: Presented,
  { verifier, clock, times }: LegacyReadingParts,
): Promise<Result<SignedLegacyAttestation>> {
  if (!trusted.algorithms.has(legacyAlgorithm)) return refuseAttestation('attestation_invalid', 'alg')
  const untimely = judgeAttestationTime(claims, clock(), times)
  if (untimely !== undefined) return refuseUntimely(untimely)
  const key = await findLegacyKey(trusted, keyId)
  if (!key.ok) return key
  if (!(await verifier.verify(key.value, jws.signingInput, jws.signature))) {
    return refuseAttestation('attestation_invalid', 'signature')
  }
  return ok({ trusted, claims, keyId, keyThumbprint: key.value.thumbprint })
}

/** An issuer whose attestations are bound to keys has none that come this way: that would be the weaker of two doors. */
function findIssuer(issuer: string, trust: TrustList): Result<TrustedIssuer> {
  const trusted = trust.find(issuer)
  if (trusted?.legacy === true) return ok(trusted)
  if (trusted !== undefined) return refuseAttestation('attestation_issuer_untrusted', 'carriage')
  const resembles = trust.findLookAlike(issuer)
  return refuseAttestation('attestation_issuer_untrusted', resembles === undefined ? 'issuer' : 'look_alike', resembles)
}

type HeaderResult =
  | { readonly ok: true; readonly keyId: string | undefined }
  | { readonly ok: false; readonly reason: string }

/** `typ` is as RFC 7519 §5.1 writes it, so that no attestation of another form is taken for one of this. */
function readHeader({ header }: CompactJws): HeaderResult {
  const { typ, alg, kid } = header
  if (typ !== 'JWT') return { ok: false, reason: 'typ' }
  if (alg !== legacyAlgorithm) return { ok: false, reason: 'alg' }
  if (bringsKey(header)) return { ok: false, reason: 'embedded_key' }
  if (kid === undefined) return { ok: true, keyId: undefined }
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KEY_ID) return { ok: false, reason: 'kid' }
  return { ok: true, keyId: kid }
}
