/** Verifying DPoP proofs (RFC 9449 §4.3), cheap checks before dear ones. */
import { type Clock, decodeBase64url, ok, type Result, refuse, splitCompactJws, type Verifier } from '@countersign/core'
import type { NoncePlace, NonceRing } from './nonce-ring.ts'
import { type ProofExpectation, readProofClaims } from './proof-claims.ts'
import { completeProofPolicy, type ProofPolicy } from './proof-policy.ts'
import { createSenderFinder } from './proof-sender.ts'
import { judgeProofTime } from './proof-time.ts'

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
   * `place`, to be kept until `retainUntil`.
   */
  verify(proof: string, expected: ProofExpectation): Promise<Result<VerifiedProof>>
}

const LONGEST_PROOF = 4096

/** Throws a `RangeError` for a policy that makes no sense. */
export function createProofVerifier(options: ProofVerifierOptions): ProofVerifier {
  const { verifier, clock, nonces } = options
  const policy = completeProofPolicy(options.policy)
  const findSender = createSenderFinder(verifier, policy.algorithms)

  return {
    async verify(proof, expected) {
      const split = splitCompactJws(proof, LONGEST_PROOF)
      if (!split.ok) return refuse('invalid_dpop_proof', split.reason)
      const { headerSegment, payloadSegment, signatureSegment, signingInput } = split.value
      const claims = readProofClaims(payloadSegment, expected)
      if (!claims.ok) return refuse('invalid_dpop_proof', claims.reason)
      const signature = decodeBase64url(signatureSegment)
      if (signature === undefined) return refuse('invalid_dpop_proof', 'base64url')

      const found = findSender(headerSegment)
      const sender = found instanceof Promise ? await found : found
      if (!sender.ok) return sender
      const { jkt } = sender.value
      if (expected.jkt !== undefined && expected.jkt !== jkt) return refuse('dpop_jkt_mismatch')

      const now = clock()
      const judged = judgeProofTime(claims.value, now, { policy, nonces })
      const time = judged instanceof Promise ? await judged : judged
      if (!time.ok) return time

      const signed = sender.value.hasSigned(signingInput, signature)
      if (!(signed instanceof Promise ? await signed : signed)) return refuse('invalid_dpop_proof', 'signature')
      const { jti, iat, contentDigest } = claims.value
      const { newestNonce, retainUntil, issued, place } = time
      const proved = { jkt, jti, newestNonce, retainUntil, issued, place, skew: now - iat }
      return ok(contentDigest === undefined ? proved : { ...proved, contentDigest })
    },
  }
}
