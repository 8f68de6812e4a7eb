/** The keys of one issuer: no key is ever looked up from a place that a token names. */
import type { SignatureAlgorithm } from '../jose/algorithms.ts'
import type { Result } from '../result.ts'
import type { VerifyKey } from './verifier.ts'

/** Finds the key that an issuer signs with. */
export interface KeyRing {
  /** Refuses with `invalid_token` for a key the issuer does not have, `keys_unavailable` when nobody can say. */
  find(kid: string | undefined, algorithm: SignatureAlgorithm): Promise<Result<VerifyKey>>
}
