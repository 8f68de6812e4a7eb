/** Verifying DPoP proofs (RFC 9449 §4.3), cheap checks before dear ones. */
import {
  type Awaitable,
  type Clock,
  decodeBase64url,
  type JwsSegments,
  ok,
  type Result,
  refuse,
  splitCompactJws,
  type Verifier,
} from '@countersign/core'
import type { NoncePlace, NonceRing } from './nonce-ring.ts'
import { type ProofClaims, type ProofExpectation, readProofClaims } from './proof-claims.ts'
import { completeProofPolicy, type ProofPolicy } from './proof-policy.ts'
import { createSenderFinder, type ProofSender } from './proof-sender.ts'
import { judgeProofTime, type ProofTime } from './proof-time.ts'

/** What a proof has proved. Whether it is the first of its id is for the ledger. */
export interface VerifiedProof {
  /** Thumbprint of the key, RFC 7638. */
  readonly jkt: string
  readonly jti: string
  /** SHA-256 of the body that the proof covers, base64url; to be compared once the body is in. */
  readonly contentDigest?: string
  /** Whether it carries the nonce that is handed out now; if not, the response should bring that (RFC 9449 §8.2). */
  readonly newestNonce: boolean
  /** Keep the id until then, NumericDate: the last moment of acceptance and twice the greatest difference of clocks. */
  readonly retainUntil: number
  /** It cannot have been used before then, NumericDate: what a ledger that has lost its memory goes by. */
  readonly issued: number
  /** The one place where its id is spent: the ledger, or the memory of the owner of its nonce. */
  readonly place: NoncePlace
  /** Now minus `iat`, seconds: how far the caller's clock is off, and what the way took. */
  readonly skew: number
}

/** What a proof verifier is made of. */
export interface ProofVerifierOptions {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly nonces: NonceRing
  readonly policy?: Partial<ProofPolicy>
}

/** Verifies proofs. */
export interface ProofVerifier {
  /**
   * Takes the value of the one `DPoP` header (checks 1 and 2 are its reader's). Refuses with `invalid_dpop_proof`,
   * `dpop_jkt_mismatch` or `use_dpop_nonce`. The id is not spent: give it to the ledger of its
   * `place`, to be kept until `retainUntil`. Answers at once where key and nonces are known, and the verifier does.
   */
  verify(proof: string, expected: ProofExpectation): Awaitable<Result<VerifiedProof>>
}

const LONGEST_PROOF = 4096

/** Throws a `RangeError` for a policy that makes no sense. */
export function createProofVerifier(options: ProofVerifierOptions): ProofVerifier {
  const { verifier, clock, nonces } = options
  const policy = completeProofPolicy(options.policy)
  const findSender = createSenderFinder(verifier, policy.algorithms)

  /** With the sender known: whose proof it is, then of when, and at last whether it is signed. */
  function judgeSender(read: ReadProof, found: Result<ProofSender>): Awaitable<Result<VerifiedProof>> {
    if (!found.ok) return found
    const sender = found.value
    const { jkt } = read.expected
    if (jkt !== undefined && jkt !== sender.jkt) return refuse('dpop_jkt_mismatch')
    const now = clock()
    const time = judgeProofTime(read.claims, now, { policy, nonces })
    if (time instanceof Promise) return time.then((judged) => judgeSignature(read, sender, { now, time: judged }))
    return judgeSignature(read, sender, { now, time })
  }

  return {
    verify(proof, expected) {
      const read = readProof(proof, expected)
      if (!read.ok) return read
      const found = findSender(read.value.segments.headerSegment)
      if (found instanceof Promise) return found.then((sender) => judgeSender(read.value, sender))
      return judgeSender(read.value, found)
    },
  }
}

/** What a proof says, taken apart, with what it is to say. */
interface ReadProof {
  readonly segments: JwsSegments
  readonly claims: ProofClaims
  readonly signature: Uint8Array
  readonly expected: ProofExpectation
}

function readProof(proof: string, expected: ProofExpectation): Result<ReadProof> {
  const split = splitCompactJws(proof, LONGEST_PROOF)
  if (!split.ok) return refuse('invalid_dpop_proof', split.reason)
  const signature = decodeBase64url(split.value.signatureSegment)
  if (signature === undefined) return refuse('invalid_dpop_proof', 'base64url')
  const claims = readProofClaims(split.value.payloadSegment, expected)
  if (!claims.ok) return refuse('invalid_dpop_proof', claims.reason)
  return ok({ segments: split.value, claims: claims.value, signature, expected })
}

/** The dearest check is the last. */
function judgeSignature(
  { segments, claims, signature }: ReadProof,
  sender: ProofSender,
  { now, time }: { readonly now: number; readonly time: ProofTime },
): Awaitable<Result<VerifiedProof>> {
  if (!time.ok) return time
  const { jti, iat, contentDigest } = claims
  const { newestNonce, retainUntil, issued, place } = time
  const proved = { jkt: sender.jkt, jti, newestNonce, retainUntil, issued, place, skew: now - iat }
  const verified = contentDigest === undefined ? proved : { ...proved, contentDigest }
  const signed = sender.hasSigned(segments.signingInput, signature)
  if (signed instanceof Promise) return signed.then((isSigned) => accept(isSigned, verified))
  return accept(signed, verified)
}

function accept(isSigned: boolean, verified: VerifiedProof): Result<VerifiedProof> {
  return isSigned ? ok(verified) : refuse('invalid_dpop_proof', 'signature')
}
