/** Who spends proofs while the shared store of a ledger cannot be asked. */
import type { Ledger } from './ledger.ts'

/**
 * One process, or the workers of one host together: what is proven against a nonce of theirs is good with them alone, is
 * spent in their own memory, and nowhere else, ever.
 */
export interface ProofOwner {
  /** 32 octets or more, of this run alone: the nonces are made with them. */
  readonly secret: Uint8Array
  /** Where the proofs are spent: it lives as long as the secret does. */
  readonly ledger: Ledger
}
