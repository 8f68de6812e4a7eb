/** Is a proof of now (RFC 9449 §4.3 checks 10 and 11, §8, §11.1)? */
import { type Awaitable, type Refused, refuse } from '@countersign/core'
import type { LiveNonce, NonceRing } from './nonce-ring.ts'
import type { ProofClaims } from './proof-claims.ts'
import type { ProofPolicy } from './proof-policy.ts'

/**
 * Until when the proof could be used again, so until when its id is kept: NumericDate; and whether it carries the
 * nonce that is handed out now.
 */
type ProofTime = { readonly ok: true; readonly retainUntil: number; readonly newestNonce: boolean } | Refused

const SEP_1932_WINDOW = 300

/**
 * A proof with a nonce is judged by the nonce alone: it says when the server asked, whatever the client's clock says.
 * One without is judged by `iat`. Whatever is merely out of date gets `use_dpop_nonce`, which heals an honest client.
 */
export function judgeProofTime(
  claims: ProofClaims,
  now: number,
  { policy, nonces }: { readonly policy: ProofPolicy; readonly nonces: NonceRing },
): Awaitable<ProofTime> {
  if (claims.nonce === undefined) return judgeIssueTime(claims, now, policy)
  const live = nonces.accepts(claims.nonce)
  if (!(live instanceof Promise)) return judgeNonce(claims, now, policy, live)
  return live.then((found) => judgeNonce(claims, now, policy, found))
}

function judgeNonce({ iat }: ProofClaims, now: number, policy: ProofPolicy, live: LiveNonce | undefined): ProofTime {
  if (live === undefined) return refuse('use_dpop_nonce', 'nonce')
  if (policy.sep1932 && Math.abs(now - iat) > SEP_1932_WINDOW) return refuse('invalid_dpop_proof', 'iat')
  return { ok: true, retainUntil: live.expires + marginOf(policy), newestNonce: live.newest }
}

function judgeIssueTime({ iat }: ProofClaims, now: number, policy: ProofPolicy): ProofTime {
  if (policy.nonce === 'required') return refuse('use_dpop_nonce', 'no_nonce')
  if (!(iat >= now - policy.maxAge && iat <= now + policy.maxAhead)) return refuse('use_dpop_nonce', 'iat')
  return { ok: true, retainUntil: iat + policy.maxAge + marginOf(policy), newestNonce: false }
}

/** Clocks of processes that share a ledger may differ by this much in either direction. */
function marginOf({ clockDifference }: ProofPolicy): number {
  return 2 * clockDifference
}
