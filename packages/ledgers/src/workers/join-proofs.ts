/** A worker of `node:cluster` that has its proofs spent by the primary, together with those of the others. */
import cluster from 'node:cluster'
import { decodeBase64url, LedgerUnavailable, type ProofOwner } from '@countersign/core'
import { createPrimaryLedger } from './primary-ledger.ts'
import { createQuestions } from './questions.ts'

/** How long a worker waits. */
export interface JoinProofsOptions {
  /** Milliseconds for an answer of the primary; 1,000 by default. */
  readonly timeoutMs?: number
}

/**
 * For each worker of a primary that called `shareProofs`: yields the owner that they are together. Rejects with an `Error`
 * where this is no worker, and where the primary does not answer. Later a primary that does not answer, or is gone, makes
 * every spend reject with `LedgerUnavailable`.
 */
export async function joinProofs({ timeoutMs = 1_000 }: JoinProofsOptions = {}): Promise<ProofOwner> {
  if (!cluster.isWorker) {
    throw new Error('joinProofs is for the workers of node:cluster; a process that serves alone has createProofOwner.')
  }
  const questions = createQuestions(timeoutMs)
  const secret = await questions.ask({ ask: 'secret' }).catch(explainSilence)
  const octets = 'secret' in secret ? decodeBase64url(secret.secret) : undefined
  if (octets === undefined) throw new Error('The primary has given no secret: it runs another release.')
  return { secret: octets, ledger: createPrimaryLedger(questions) }
}

function explainSilence(error: unknown): never {
  if (!(error instanceof LedgerUnavailable)) throw error
  throw new Error('The primary does not answer: it has to call shareProofs before it forks its workers.', {
    cause: error,
  })
}
