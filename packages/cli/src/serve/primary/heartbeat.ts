/** Workers that stand still: they take connections and answer nothing, so they are ended, and replaced. */
import type { Pool } from './pool.ts'
import type { Worker } from './worker.ts'

const EVERY_MS = 5_000
/** Without an answer for so long a worker stands still; a store that stalls delays none so long. */
const PATIENCE_MS = 30_000

/** Looks at all workers until the returned function is called. */
export function watchWorkers(pool: Pick<Pool, 'serving'>): () => void {
  const asked = new Set<Worker>()
  const look = async (worker: Worker): Promise<void> => {
    asked.add(worker)
    await worker.ask('readiness', PATIENCE_MS).catch(() => worker.kill())
    asked.delete(worker)
  }
  const timer = setInterval(() => {
    for (const worker of pool.serving) if (!asked.has(worker)) void look(worker)
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
