/** Security events verified (RFC 8417 §2, §4): who may say that a key was stolen, and to whom it was said. */
import { type Clock, type PublicJwk, readCompactJws, type Verifier, type VerifyKey } from '@countersign/core'
import { algorithmOf, attestationAlgorithms, bringsKey, fitsKey } from '../jws/attestation-algorithms.ts'
import { isMediaType } from '../jws/media-type.ts'
import type { TrustedIssuer } from '../trust/trust-list.ts'
import { readSecurityEvent, type SecurityEvent, securityEventType } from './security-event.ts'

/** RFC 8935 §2.4, without `access_denied`, plus `unavailable`: nobody can say right now, it is to be sent again. */
export type SecurityEventRefusal =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed'
  | 'unavailable'

/** What was said, by somebody who may; or why it counts for nothing. `reason` is a constant word, for the log. */
export type SecurityEventResult =
  | { readonly ok: true; readonly value: SecurityEvent }
  | { readonly ok: false; readonly code: SecurityEventRefusal; readonly reason: string }

/** An issuer as a source of security events. */
export interface SecurityEventIssuer {
  /** Its keys, also those that were evicted: an event that comes twice is the same event. */
  readonly keys: TrustedIssuer['keys']
  /** The pinned root of its bundles. */
  readonly root: PublicJwk | undefined
}

/** What an event is judged by. */
export interface SecurityEventExpectation {
  /** To the letter what `aud` has to be. */
  readonly audience: string
  /** `undefined` for issuers that are not trusted. */
  readonly findIssuer: (issuer: string) => SecurityEventIssuer | undefined
}

const LONGEST_EVENT = 16_384
const LONGEST_KEY_ID = 256
/** How far the issuer's clock may be ahead of ours, in seconds. An event of long ago is true still. */
const SKEW = 300

/** Takes a compact JWS. A root speaks for every key of its issuer, a key for itself alone. */
export async function verifySecurityEvent(
  text: string,
  { audience, findIssuer }: SecurityEventExpectation,
  { verifier, clock }: { readonly verifier: Verifier; readonly clock: Clock },
): Promise<SecurityEventResult> {
  const jws = readCompactJws(text, LONGEST_EVENT)
  if (!jws.ok) return refuse('invalid_request', jws.reason)
  const { header, payload, signingInput, signature } = jws.value
  if (!isMediaType(header.typ, securityEventType)) return refuse('invalid_request', 'typ')
  const algorithm = attestationAlgorithms.find((known) => known === header.alg)
  if (algorithm === undefined) return refuse('invalid_request', 'alg')
  if (bringsKey(header)) return refuse('invalid_request', 'embedded_key')
  const { kid } = header
  const isKid = kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= LONGEST_KEY_ID)
  if (!isKid) return refuse('invalid_request', 'kid')
  const event = readSecurityEvent(payload)
  if (!event.ok) return refuse('invalid_request', event.reason)
  const issuer = findIssuer(event.value.issuer)
  if (issuer === undefined) return refuse('invalid_issuer', 'issuer')
  if (event.value.audience !== audience) return refuse('invalid_audience', 'aud')
  if (event.value.issuedAt > clock() + SKEW) return refuse('invalid_request', 'iat')

  const root = await importRoot(issuer.root, algorithm, verifier)
  if (root !== undefined && (await verifier.verify(root, signingInput, signature)))
    return { ok: true, value: event.value }
  const key = await issuer.keys.find(kid, algorithm)
  if (!key.ok) {
    const { code, reason = 'unknown_key' } = key.rejection
    return refuse(code === 'keys_unavailable' ? 'unavailable' : 'invalid_key', reason)
  }
  if (!(await verifier.verify(key.value, signingInput, signature))) return refuse('authentication_failed', 'signature')
  if (key.value.thumbprint !== event.value.keyThumbprint) return refuse('authentication_failed', 'other_key')
  return { ok: true, value: event.value }
}

async function importRoot(
  root: PublicJwk | undefined,
  algorithm: (typeof attestationAlgorithms)[number],
  verifier: Verifier,
): Promise<VerifyKey | undefined> {
  const own = root === undefined ? undefined : algorithmOf(root)
  if (root === undefined || own === undefined || !fitsKey(root, algorithm)) return undefined
  const key = await verifier.importKey(root, own)
  return key.ok ? key.value : undefined
}

function refuse(code: SecurityEventRefusal, reason: string): SecurityEventResult {
  return { ok: false, code, reason }
}
