/** JWT-SVIDs verified (SPIFFE JWT-SVID §2 to §4): which workload of a trust domain speaks, to this audience alone. */
import {
  type Clock,
  type JsonObject,
  type JsonValue,
  type KeyRing,
  readCompactJws,
  type Verifier,
} from '@countersign/core'
import { bringsKey } from '../jws/attestation-algorithms.ts'
import { parseSpiffeId } from '../trust/spiffe-id.ts'

/** What an SVID is judged by. */
export interface JwtSvidExpectation {
  /** The trust domain that its workload has to be of, without `spiffe://`. */
  readonly trustDomain: string
  /** The keys of that trust domain, such as `createSpiffeKeyRing` yields. */
  readonly keys: KeyRing
  /** To the letter what `aud` has to be, and be alone. */
  readonly audience: string
  readonly verifier: Verifier
  readonly clock: Clock
  /** How far the clocks may differ, in seconds; 30 by default. */
  readonly skew?: number
}

/** Who speaks. */
export interface JwtSvid {
  /** `sub`, in its normal form. */
  readonly spiffeId: string
  /** NumericDate. */
  readonly expires: number
}

/** The workload, or the constant word for why not; `keys_unavailable` when nobody can say right now. */
export type JwtSvidResult =
  | { readonly ok: true; readonly value: JwtSvid }
  | { readonly ok: false; readonly reason: string }

/** RS256 of 2048 bits and more: the verifier sees to that. */
const ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA', 'RS256'] as const
const LONGEST_KEY_ID = 256
const DEFAULT_SKEW = 30

/**
 * Takes a compact JWS. An SVID can be shown again by design until it expires, so it authenticates a client together with
 * what binds a request to that client, and proves nothing by itself. One for several audiences is refused: each of them
 * could show it to the others.
 */
export async function verifyJwtSvid(text: string, expected: JwtSvidExpectation): Promise<JwtSvidResult> {
  const { keys, verifier } = expected
  const jws = readCompactJws(text)
  if (!jws.ok) return jws
  const { header, payload, signingInput, signature } = jws.value
  const algorithm = ALGORITHMS.find((known) => known === header.alg)
  if (algorithm === undefined) return refuse('alg')
  const kid = readKeyId(header)
  if (!kid.ok) return kid
  const svid = readClaims(payload, expected)
  if (!svid.ok) return svid
  const key = await keys.find(kid.value, algorithm)
  if (!key.ok) {
    const { code, reason = 'unknown_key' } = key.rejection
    return refuse(code === 'keys_unavailable' ? code : reason)
  }
  return (await verifier.verify(key.value, signingInput, signature)) ? svid : refuse('signature')
}

function readKeyId(header: JsonObject): { readonly ok: true; readonly value: string | undefined } | Refusal {
  const { typ, kid } = header
  // §2.3: other types are other tokens, whatever they hold.
  if (typ !== undefined && typ !== 'JWT' && typ !== 'JOSE') return refuse('typ')
  if (bringsKey(header)) return refuse('embedded_key')
  if (kid === undefined) return { ok: true, value: undefined }
  const isKeyId = typeof kid === 'string' && kid !== '' && kid.length <= LONGEST_KEY_ID
  return isKeyId ? { ok: true, value: kid } : refuse('kid')
}

function readClaims(
  payload: JsonObject,
  { trustDomain, audience, clock, skew = DEFAULT_SKEW }: JwtSvidExpectation,
): JwtSvidResult {
  const { sub, aud, exp, nbf = 0, iat = 0 } = payload
  const id = typeof sub === 'string' ? parseSpiffeId(sub) : undefined
  // A trust domain itself is no workload.
  if (typeof sub !== 'string' || id === undefined || id.path === '') return refuse('sub')
  if (id.trustDomain !== trustDomain) return refuse('trust_domain')
  if (!isOnly(aud, audience)) return refuse('aud')
  if (typeof exp !== 'number') return refuse('exp')
  const now = clock()
  if (!(now < exp + skew)) return refuse('expired')
  if (typeof nbf !== 'number' || typeof iat !== 'number') return refuse('iat')
  if (nbf > now + skew || iat > now + skew) return refuse('not_yet')
  return { ok: true, value: { spiffeId: sub, expires: exp } }
}

function isOnly(aud: JsonValue | undefined, audience: string): boolean {
  return aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)
}

type Refusal = { readonly ok: false; readonly reason: string }

function refuse(reason: string): Refusal {
  return { ok: false, reason }
}
