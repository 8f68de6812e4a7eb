/** What a server asks of proofs beyond RFC 9449's minimum. */

/** The names under which proofs may be signed. */
export type ProofAlgorithm = 'ES256' | 'Ed25519' | 'EdDSA'

/** All times in seconds. */
export interface ProofPolicy {
  /** How old a proof without a nonce may be; at most 300. */
  readonly maxAge: number
  /** How far ahead a proof without a nonce may be dated; at most 300. */
  readonly maxAhead: number
  /** `required`: a proof without a nonce is answered with one (RFC 9449 §9). */
  readonly nonce: 'required' | 'optional'
  /** MCP SEP-1932: `iat` within 300 s of now also when there is a nonce. */
  readonly sep1932: boolean
  /** The most that the clocks of processes which share a ledger differ. */
  readonly clockDifference: number
  readonly algorithms: readonly ProofAlgorithm[]
}

/** A nonce where the caller has one; without it a minute of age. */
export const defaultProofPolicy: ProofPolicy = {
  maxAge: 60,
  maxAhead: 10,
  nonce: 'optional',
  sep1932: false,
  clockDifference: 5,
  algorithms: ['ES256', 'Ed25519', 'EdDSA'],
}

const ALGORITHMS: readonly unknown[] = defaultProofPolicy.algorithms

/** Completes a policy from the defaults. Throws a `RangeError` that names the member which makes no sense. */
export function completeProofPolicy(partial: Partial<ProofPolicy> = {}): ProofPolicy {
  const policy = { ...defaultProofPolicy, ...partial }
  for (const member of ['maxAge', 'maxAhead', 'clockDifference'] as const) {
    const seconds = policy[member]
    if (!(seconds >= 0 && seconds <= 300)) throw new RangeError(`The proof policy's ${member} is 0 to 300 seconds.`)
  }
  if (policy.nonce !== 'required' && policy.nonce !== 'optional') {
    throw new RangeError("The proof policy's nonce is 'required' or 'optional'.")
  }
  if (policy.algorithms.length === 0 || !policy.algorithms.every((name) => ALGORITHMS.includes(name))) {
    throw new RangeError("The proof policy's algorithms are some of ES256, Ed25519 and EdDSA.")
  }
  return policy
}
