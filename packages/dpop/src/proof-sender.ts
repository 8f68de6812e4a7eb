/** Who sent a proof: known by thumbprint as soon as the header is read, by signature once the key is imported. */
import { type Awaitable, ok, type Result, refuse, thumbprintInput, type Verifier } from '@countersign/core'
import { KeyCache } from './key-cache.ts'
import { readProofHeader } from './proof-header.ts'
import type { ProofAlgorithm } from './proof-policy.ts'

/** The holder of the key in a proof's header. */
export interface ProofSender {
  /** Thumbprint of the key, RFC 7638. */
  readonly jkt: string
  /** Is the signature the key's? A key that is no point of its curve has signed nothing. */
  hasSigned(signingInput: string, signature: Uint8Array): Awaitable<boolean>
}

/** Finds the sender that a header segment names. */
export type FindSender = (headerSegment: string) => Awaitable<Result<ProofSender>>

/** 1024 agents at once; each further one costs its import, some 40 µs, on each call. */
const CACHED_KEYS = 1024

/** The same header segment is parsed, and its key imported, once. */
export function createSenderFinder(verifier: Verifier, algorithms: readonly ProofAlgorithm[]): FindSender {
  const cache = new KeyCache(CACHED_KEYS)

  async function readSender(headerSegment: string): Promise<Result<ProofSender>> {
    const header = readProofHeader(headerSegment, algorithms)
    if (!header.ok) return refuse('invalid_dpop_proof', header.reason)
    const { algorithm, jwk } = header.value
    return ok({
      jkt: await verifier.digest(thumbprintInput(jwk)),
      async hasSigned(signingInput: string, signature: Uint8Array) {
        const key = await verifier.importKey(jwk, algorithm)
        if (!key.ok || !(await verifier.verify(key.value, signingInput, signature))) return false
        // Not before: what a stranger sends would put out what is used.
        cache.set(headerSegment, key.value)
        return true
      },
    })
  }

  return (headerSegment) => {
    const key = cache.get(headerSegment)
    if (key === undefined) return readSender(headerSegment)
    return ok({
      jkt: key.thumbprint,
      hasSigned: (signingInput, signature) => verifier.verify(key, signingInput, signature),
    })
  }
}
