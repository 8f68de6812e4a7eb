/** Workers that stand still: they take connections and answer nothing, so they are ended, and replaced. */
import type { Pool } from './pool.ts'
import type { Worker } from './worker.ts'

const EVERY_MS = 5_000
/** A store that stalls delays an answer by no more than two seconds. */
const PATIENCE_MS = 8_000
/** A host that stood still itself has missed one answer of everybody. */
const MISSES = 2

/** Looks at all workers until the returned function is called. */
export function watchWorkers(pool: Pick<Pool, 'serving'>): () => void {
  const asked = new Set<Worker>()
  const look = async (worker: Worker): Promise<void> => {
    asked.add(worker)
    if (!(await isAlive(worker))) worker.kill()
    asked.delete(worker)
  }
  const timer = setInterval(() => {
    for (const worker of pool.serving) if (!asked.has(worker)) void look(worker)
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}

async function isAlive(worker: Worker): Promise<boolean> {
  for (let tries = 0; tries < MISSES; tries += 1) {
    try {
      await worker.ask('readiness', PATIENCE_MS)
      return true
    } catch {
      // It is asked again.
    }
  }
  return false
}
