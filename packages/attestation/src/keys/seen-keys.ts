/** Keys that were good here once: when one of them was stolen, its own word still has to be understood after it was withdrawn. */
import type { SignatureAlgorithm, VerifyKey } from '@countersign/core'

/** More keys than an issuer uses in the time that matters. */
const CAPACITY = 256

/** The last keys of an issuer that were found, by name. */
export interface SeenKeys {
  add(kid: string | undefined, key: VerifyKey): void
  find(kid: string | undefined, algorithm: SignatureAlgorithm): VerifyKey | undefined
}

/** Costs next to nothing for a key that was seen just before. */
export function createSeenKeys(): SeenKeys {
  const seen = new Map<string, VerifyKey>()
  return {
    add(kid = '', key) {
      if (seen.get(kid) === key) return
      seen.delete(kid)
      seen.set(kid, key)
      const [oldest] = seen.size > CAPACITY ? seen.keys() : []
      if (oldest !== undefined) seen.delete(oldest)
    },
    find(kid = '', algorithm) {
      const key = seen.get(kid)
      return key !== undefined && plain(key.algorithm) === plain(algorithm) ? key : undefined
    },
  }
}

/** `EdDSA` and `Ed25519` are two names of one (RFC 9864 §2.2). */
function plain(algorithm: SignatureAlgorithm): SignatureAlgorithm {
  return algorithm === 'EdDSA' ? 'Ed25519' : algorithm
}
