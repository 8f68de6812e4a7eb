/** Is a proof of now (RFC 9449 §4.3 checks 10 and 11, §8, §11.1)? */
import { type Awaitable, type Refused, refuse } from '@countersign/core'
import type { LiveNonce, NoncePlace, NonceRing } from './nonce-ring.ts'
import type { ProofClaims } from './proof-claims.ts'
import type { ProofPolicy } from './proof-policy.ts'

/** What the time of a proof, or its nonce, says of where and for how long its id is kept. */
interface AcceptedTime {
  /** Until when the proof could be used again, NumericDate. */
  readonly retainUntil: number
  /** Since when it could have been used, NumericDate. */
  readonly issued: number
  readonly place: NoncePlace
  /** Whether it carries the nonce that is handed out now. */
  readonly newestNonce: boolean
}

/** It, or why the proof is not of now. */
export type ProofTime = ({ readonly ok: true } & AcceptedTime) | Refused

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

function judgeNonce(
  { iat }: ProofClaims,
  now: number,
  policy: ProofPolicy,
  live: LiveNonce | 'elsewhere' | undefined,
): ProofTime {
  if (live === undefined) return refuse('use_dpop_nonce', 'nonce')
  if (live === 'elsewhere') return refuse('use_dpop_nonce', 'nonce_of_another_process')
  if (policy.sep1932 && Math.abs(now - iat) > SEP_1932_WINDOW) return refuse('invalid_dpop_proof', 'iat')
  const { expires, newest, issued, place } = live
  return { ok: true, retainUntil: expires + marginOf(policy), issued, place, newestNonce: newest }
}

function judgeIssueTime({ iat }: ProofClaims, now: number, policy: ProofPolicy): ProofTime {
  const { maxAge, maxAhead, clockDifference } = policy
  if (policy.nonce === 'required') return refuse('use_dpop_nonce', 'no_nonce')
  if (!(iat >= now - maxAge && iat <= now + maxAhead)) return refuse('use_dpop_nonce', 'iat')
  return {
    ok: true,
    retainUntil: iat + maxAge + marginOf(policy),
    // A proof may be sent ahead of its date, to the process whose clock is furthest ahead.
    issued: iat - maxAhead - clockDifference,
    place: 'store',
    newestNonce: false,
  }
}

/** Clocks of processes that share a ledger may differ by this much in either direction. */
function marginOf({ clockDifference }: ProofPolicy): number {
  return 2 * clockDifference
}
