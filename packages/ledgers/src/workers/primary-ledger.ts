/** The ledger of a worker: whatever it is asked to spend, the primary spends. */
import { type Ledger, LedgerUnavailable, type Spend, type SpendOutcome } from '@countersign/core'
import type { Questions } from './questions.ts'

interface Waiting {
  readonly spends: readonly Spend[]
  readonly resolve: (outcome: SpendOutcome) => void
  readonly reject: (error: unknown) => void
}

/** Calls of one turn of the event loop go in one message, in their order. A spend is never asked for twice. */
export function createPrimaryLedger(questions: Questions): Ledger {
  const waiting: Waiting[] = []

  async function flush(): Promise<void> {
    const batch = waiting.splice(0)
    try {
      const answer = await questions.ask({ ask: 'spend', calls: batch.map(({ spends }) => spends) })
      const outcomes = 'outcomes' in answer ? answer.outcomes : []
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index]
        if (outcome === undefined || outcome === null) reject(new LedgerUnavailable('error'))
        else resolve(outcome)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    lifetime: 'run',
    spend: (spends) =>
      new Promise((resolve, reject) => {
        waiting.push({ spends, resolve, reject })
        if (waiting.length === 1) setImmediate(() => void flush())
      }),
  }
}
