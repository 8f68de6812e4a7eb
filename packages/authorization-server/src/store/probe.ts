/** Asks the stores of an authorization server whether they still keep what they are given. */
import { spendKey } from '@countersign/core'
import type { DurableState } from './durable-state.ts'

/** What is asked. */
export type ProbedState = Pick<DurableState, 'ledger' | 'verifier' | 'now'> & {
  readonly store: Pick<DurableState['store'], 'probe'>
}

/** Seconds for which the trace of a probe is kept: it is one row, used again by the next. */
const TRACE_LIFETIME = 1

/**
 * Resolves once a spend was committed and the database turned out to be the one that was opened, and writable. Rejects
 * with what the store throws otherwise: `EpochEnded`, a disk that is full, a file that may not be written.
 */
export async function probeStores(issuer: string, { store, ledger, verifier, now }: ProbedState): Promise<void> {
  await store.probe()
  const key = await spendKey(verifier, ['probe', issuer])
  const issued = now()
  const until = issued + TRACE_LIFETIME
  const outcome = await ledger.spend([{ kind: 'nonce', key, limit: Number.MAX_SAFE_INTEGER, issued, until }])
  if (!outcome.spent) throw new Error('The ledger refuses a spend that nothing stands against.')
}
