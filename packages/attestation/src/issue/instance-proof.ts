/**
 * What an agent instance signs to be attested: that it holds the key now, for this issuer and this deployment. A JWS
 * in the shape of a DPoP proof (RFC 9449 §4.2), with the issuer's challenge in the place of a date.
 */
import { type PublicJwk, parsePublicJwk, readCompactJws, type Verifier } from '@countersign/core'
import { attestationAlgorithms, fitsKey } from '../jws/attestation-algorithms.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import { isMediaType } from '../jws/media-type.ts'

/** The key of an agent instance, the one that its DPoP proofs are made with. */
export interface InstanceKey {
  readonly algorithm: 'ES256' | 'Ed25519'
  readonly publicJwk: PublicJwk
  /** Signs the ASCII `signingInput`; yields the JWS form of the signature, 64 octets. */
  sign(signingInput: string): Promise<Uint8Array>
}

/** What an instance asks for. */
export interface InstanceRequest {
  /** The attestation issuer, to the letter. */
  readonly issuer: string
  /** The issuer's challenge; good once. */
  readonly challenge: string
  /** The `client_id` of the deployment that the instance belongs to. */
  readonly clientId: string
  /** The one server that the attestation shall be for; any when left out. */
  readonly audience?: string
}

/** What a proof has proved, once its challenge is redeemed. */
export interface VerifiedInstance {
  readonly key: PublicJwk
  readonly challenge: string
  readonly audience: string | undefined
}

/** The media type of an instance proof. */
const INSTANCE_PROOF_TYPE = 'attestation-instance+jwt'
const LONGEST_PROOF = 4096
const LONGEST_TEXT = 2048

/** Yields the compact JWS to send to the issuer. */
export function makeInstanceProof(key: InstanceKey, request: InstanceRequest): Promise<string> {
  const { issuer, challenge, clientId, audience } = request
  const header = { typ: INSTANCE_PROOF_TYPE, alg: key.algorithm, jwk: key.publicJwk }
  const payload = {
    aud: issuer,
    sub: clientId,
    challenge,
    ...(audience !== undefined && { attestation_audience: audience }),
  }
  return makeCompactJws(header, payload, (signingInput) => key.sign(signingInput))
}

/** Takes what an instance sent; refuses with the name of what is wrong. The challenge is still to be redeemed. */
export async function readInstanceProof(
  text: string,
  verifier: Verifier,
  expected: Pick<InstanceRequest, 'issuer' | 'clientId'>,
): Promise<{ readonly ok: true; readonly value: VerifiedInstance } | { readonly ok: false; readonly reason: string }> {
  const jws = readCompactJws(text, LONGEST_PROOF)
  if (!jws.ok) return jws
  const { header, payload, signingInput, signature } = jws.value
  if (!isMediaType(header.typ, INSTANCE_PROOF_TYPE)) return { ok: false, reason: 'typ' }
  const jwk = parsePublicJwk(header.jwk)
  if (!jwk.ok) return { ok: false, reason: `jwk_${jwk.reason}` }
  const algorithm = attestationAlgorithms.find((known) => known === header.alg)
  if (algorithm === undefined || !fitsKey(jwk.value, algorithm)) return { ok: false, reason: 'alg' }
  const { aud, sub, challenge, attestation_audience: audience } = payload
  if (aud !== expected.issuer) return { ok: false, reason: 'aud' }
  if (sub !== expected.clientId) return { ok: false, reason: 'sub' }
  if (!isText(challenge)) return { ok: false, reason: 'challenge' }
  if (audience !== undefined && !isText(audience)) return { ok: false, reason: 'attestation_audience' }
  const key = await verifier.importKey(jwk.value, algorithm)
  if (!key.ok || !(await verifier.verify(key.value, signingInput, signature))) return { ok: false, reason: 'signature' }
  return { ok: true, value: { key: jwk.value, challenge, audience } }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_TEXT
}
