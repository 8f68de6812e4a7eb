/** Whether this host can serve: its workers are asked, and one that can is enough. */
import type { Readiness } from '../../admin/readiness.ts'
import type { Pool } from './pool.ts'
import type { Worker } from './worker.ts'

/** The answer, with what it is made of. */
export interface HostReadiness extends Readiness {
  readonly workers: { readonly wanted: number; readonly serving: number; readonly ready: number }
}

/** A worker asks its stores for two seconds at most. */
const PATIENCE_MS = 3_000

/** Asks all workers. A check is `ok` when it is so for one of them: their connections fail one by one, stores do not. */
export async function askWorkers(pool: Pick<Pool, 'serving' | 'wanted'>): Promise<HostReadiness> {
  const answers = await Promise.all(pool.serving.map(askWorker))
  const ready = answers.filter((answer) => answer?.ready === true).length
  const checks: Record<string, 'ok' | 'failed'> = { workers: ready > 0 ? 'ok' : 'failed' }
  for (const answer of answers) {
    for (const [name, outcome] of Object.entries(answer?.checks ?? {})) {
      if (checks[name] !== 'ok') checks[name] = outcome
    }
  }
  return { ready: ready > 0, checks, workers: { wanted: pool.wanted, serving: pool.serving.length, ready } }
}

async function askWorker(worker: Worker): Promise<Readiness | undefined> {
  try {
    // Of a process of ours, over a channel that nobody else has.
    return (await worker.ask('readiness', PATIENCE_MS)) as Readiness
  } catch {
    return undefined
  }
}
