/** Readiness in the log: each turn of it, and no more. */
import type { Log } from '../log/log.ts'
import type { Readiness } from './readiness.ts'

/** Logs when the answer turns, not each time that somebody asks. */
export function tellChanges(ask: () => Promise<Readiness>, log: Log): () => Promise<Readiness> {
  let last = ''
  return async () => {
    const readiness = await ask()
    // Nobody could be asked yet, or any more: that is told as what it is.
    if (!readiness.ready && Object.keys(readiness.checks).length === 0) return readiness
    const failed = Object.entries(readiness.checks).flatMap(([name, outcome]) => (outcome === 'failed' ? [name] : []))
    if (failed.join() !== last) {
      last = failed.join()
      log.process(failed.length === 0 ? { type: 'ready' } : { type: 'not_ready', checks: failed })
    }
    return readiness
  }
}
