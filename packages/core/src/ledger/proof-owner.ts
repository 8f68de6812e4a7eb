/** The proof owner of a single process. */
import type { ProofOwner } from '../ports/proof-owner.ts'
import { createMemoryLedger, type MemoryLedgerOptions } from './memory-ledger.ts'

/**
 * A secret of this run and a ledger in this process's memory, which end together. Several guards of one process may
 * share it. Throws in a worker of `node:cluster`, which owns nothing by itself: its next request may go to another one.
 */
export function createProofOwner(options: MemoryLedgerOptions = {}): ProofOwner {
  return { secret: crypto.getRandomValues(new Uint8Array(32)), ledger: createMemoryLedger(options) }
}
