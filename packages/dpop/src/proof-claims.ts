/** The claims of a DPoP proof (RFC 9449 §4.2; checks 3, 8, 9 and 12 of §4.3), and ours, `content_digest`. */
import { normaliseHttpUri, readJsonSegment } from '@countersign/core'

/** What a proof is compared with. */
export interface ProofExpectation {
  /** The method of the request, in the case in which it came: methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string
  /** The URI that is served, from configuration, never from `Host`; as `normaliseHttpUri` writes it. */
  readonly endpoint: string
  /** SHA-256 of the access token, base64url; left out where the proof comes without a token. */
  readonly ath?: string
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt?: string
}

/** Claims that are well-formed and fit the request; the time is still to be judged. */
export interface ProofClaims {
  readonly jti: string
  readonly iat: number
  readonly nonce: string | undefined
  readonly contentDigest: string | undefined
}

type ProofClaimsResult =
  | { readonly ok: true; readonly value: ProofClaims }
  | { readonly ok: false; readonly reason: string }

const LONGEST_ID = 256
/** 32 octets, base64url: the last character carries four bits and two that are zero. */
const DIGEST = /^[\w-]{42}[AEIMQUYcgkosw048]$/

/** Reads a payload segment and compares it with the request. Claims it does not know are let pass. */
export function readProofClaims(segment: string, expected: ProofExpectation): ProofClaimsResult {
  const payload = readJsonSegment(segment)
  if (!payload.ok) return { ok: false, reason: `payload_${payload.reason}` }
  const { jti, htm, htu, iat, ath, nonce, content_digest: contentDigest } = payload.value
  if (!isText(jti)) return { ok: false, reason: 'jti' }
  if (htm !== expected.method) return { ok: false, reason: 'htm' }
  if (typeof htu !== 'string' || !isEndpoint(htu, expected.endpoint)) return { ok: false, reason: 'htu' }
  if (typeof iat !== 'number') return { ok: false, reason: 'iat' }
  if (expected.ath !== undefined && ath !== expected.ath) return { ok: false, reason: 'ath' }
  if (nonce !== undefined && !isText(nonce)) return { ok: false, reason: 'nonce' }
  if (contentDigest !== undefined && !isDigest(contentDigest)) return { ok: false, reason: 'content_digest' }
  return { ok: true, value: { jti, iat, nonce, contentDigest } }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_ID
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && DIGEST.test(value)
}

// `htu` has neither query nor fragment (RFC 9449 §4.2): with one of them it is no equal of an endpoint that has none.
function isEndpoint(htu: string, endpoint: string): boolean {
  if (htu === endpoint) return true
  return !/[?#]/.test(htu) && normaliseHttpUri(htu) === endpoint
}
