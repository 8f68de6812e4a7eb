/** The header of a DPoP proof (RFC 9449 §4.2; checks 4 to 7 of §4.3). */
import { type PublicJwk, parsePublicJwk, readJoseHeader } from '@countersign/core'
import type { ProofAlgorithm } from './proof-policy.ts'

/** What a header says, checked as far as it can be without its key. */
export interface ProofHeader {
  readonly algorithm: ProofAlgorithm
  readonly jwk: PublicJwk
}

/** The header, or the constant word for the log. */
type ProofHeaderResult =
  | { readonly ok: true; readonly value: ProofHeader }
  | { readonly ok: false; readonly reason: string }

/** Reads a header segment. Members it does not know are let pass (RFC 7515 §4), those that change the rules are not. */
export function readProofHeader(segment: string, algorithms: readonly ProofAlgorithm[]): ProofHeaderResult {
  const header = readJoseHeader(segment)
  if (!header.ok) return { ok: false, reason: `header_${header.reason}` }
  const { typ, alg, jwk } = header.value
  if (!isProofType(typ)) return { ok: false, reason: 'typ' }
  const algorithm = algorithms.find((accepted) => accepted === alg)
  if (algorithm === undefined) return { ok: false, reason: 'alg' }
  const key = parsePublicJwk(jwk)
  if (!key.ok) return { ok: false, reason: `jwk_${key.reason}` }
  // One key, one algorithm: the key's type decides, the header has to agree.
  if (key.value.kty !== (algorithm === 'ES256' ? 'EC' : 'OKP')) return { ok: false, reason: 'alg' }
  return { ok: true, value: { algorithm, jwk: key.value } }
}

// A `typ` is a media type, which is the one header value that is not compared to the letter: in any case, and with
// `application/` or without (RFC 7515 §4.1.9, §5.3).
function isProofType(typ: unknown): boolean {
  if (typeof typ !== 'string') return false
  const lower = typ.toLowerCase()
  return lower === 'dpop+jwt' || lower === 'application/dpop+jwt'
}
