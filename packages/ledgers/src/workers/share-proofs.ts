/** The primary of `node:cluster` spends the proofs of its workers: they own them together. */
import cluster, { type Worker } from 'node:cluster'
import { createProofOwner, encodeBase64url, type Ledger, type ProofOwner, type Spend } from '@countersign/core'
import { type Answer, address, type Question, readQuestion } from './messages.ts'

/** How much the primary holds, and for how long. */
export interface ShareProofsOptions {
  /** Seconds ahead for which a proof may ask to be kept: what the proof policy and the time of a body need; 960 by default. */
  readonly maxRetention?: number
  /** Most proofs held at once; 4,000,000 by default, about 50 bytes each. */
  readonly capacity?: number
}

/** The owner, and the end of it. */
export interface SharedProofs extends ProofOwner {
  /** Answers no worker any more: they refuse then. */
  close(): void
}

let isShared = false

/**
 * For the primary, before it forks: from now on each worker that calls `joinProofs` gets the secret, and has its proofs
 * spent here. What is remembered ends with this process, and with it the secret. Throws in a worker, and the second time.
 */
export function shareProofs({ maxRetention = 960, ...options }: ShareProofsOptions = {}): SharedProofs {
  if (isShared) throw new Error('This process shares its proofs already; give the one owner to all who need it.')
  const owner = createProofOwner({ maxRetention, ...options })
  isShared = true

  function listen(worker: Worker, message: unknown): void {
    const question = readQuestion(message)
    if (question === undefined) return
    void answer(question, owner).then((reply) => {
      // Whoever has gone meanwhile needs no answer.
      if (worker.isConnected()) worker.send(reply, undefined, () => undefined)
    })
  }

  cluster.on('message', listen)
  return {
    ...owner,
    close() {
      isShared = false
      cluster.off('message', listen)
    },
  }
}

async function answer(question: Question, { secret, ledger }: ProofOwner): Promise<Answer> {
  const { number } = question
  if (question.ask === 'secret') return address({ number, secret: encodeBase64url(secret) })
  return address({ number, outcomes: await Promise.all(question.calls.map((call) => spendOrNot(ledger, call))) })
}

async function spendOrNot(ledger: Ledger, call: readonly Spend[]) {
  try {
    return await ledger.spend(call)
  } catch {
    return null
  }
}
