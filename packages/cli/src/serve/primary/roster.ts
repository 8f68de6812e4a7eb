/** Who works: each worker from when it is forked to when it has ended. */
import type { Log } from '../../log/log.ts'
import type { Job, Worker } from './worker.ts'

/** What a worker is doing. */
export type WorkerState = 'starting' | 'serving' | 'ending'

/** What a roster is made of. */
export interface RosterParts {
  /** Forks a process and gives it a job. */
  readonly employ: (number: number, job: Job) => Worker
  readonly log: Log
  /** Told of each worker that served and ended without being told to. */
  readonly onDeath: (worker: Worker) => void
}

/** The workers there are. */
export interface Roster {
  inState(...states: WorkerState[]): readonly Worker[]
  /** Resolves once one more worker serves; rejects when it cannot, and it is gone then. */
  hire(job: Job): Promise<void>
  /** Hires one; yields whether it serves. Why it does not is in the log. */
  hireOrTell(job: Job): Promise<boolean>
  /** Lets a worker end its calls; what is left after `deadlineMs` is cut. */
  dismiss(worker: Worker, deadlineMs: number): void
  /** From now on nobody is hired, and nobody's death is told. */
  close(): void
  /** Ends all at once. */
  kill(): void
  /** Resolves once all have ended. */
  ended(): Promise<void>
}

/** After its deadline a worker closes its stores, in milliseconds; then it is killed. */
const CLOSING_MS = 5_000

/** Creates it, with nobody in it. */
export function createRoster({ employ, log, onDeath }: RosterParts): Roster {
  const workers = new Map<Worker, WorkerState>()
  let isClosed = false

  async function hire(job: Job): Promise<void> {
    const worker = employ(findFreeNumber(workers.keys()), job)
    workers.set(worker, 'starting')
    void worker.ended.then((cause) => bury(worker, cause))
    try {
      await worker.serving
    } catch (error) {
      // It serves nobody, and must not be counted while it is on its way out.
      worker.kill()
      await worker.ended
      throw error
    }
    // Everybody was told to end while it started.
    if (isClosed) return dismiss(worker, 0)
    workers.set(worker, 'serving')
    log.process({ type: 'worker_ready', worker: worker.number, pid: worker.pid })
  }

  function bury(worker: Worker, cause: string): void {
    const state = workers.get(worker)
    workers.delete(worker)
    if (state !== 'serving' || isClosed) return
    log.process({ type: 'worker_died', worker: worker.number, pid: worker.pid, cause })
    onDeath(worker)
  }

  function dismiss(worker: Worker, deadlineMs: number): void {
    workers.set(worker, 'ending')
    worker.drain(deadlineMs)
    const late = setTimeout(() => {
      log.process({ type: 'worker_cut', worker: worker.number, pid: worker.pid })
      worker.kill()
    }, deadlineMs + CLOSING_MS)
    void worker.ended.then(() => clearTimeout(late))
  }

  return {
    inState: (...states) => [...workers].flatMap(([worker, state]) => (states.includes(state) ? [worker] : [])),
    hire,
    async hireOrTell(job) {
      const number = findFreeNumber(workers.keys())
      try {
        await hire(job)
        return true
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (!isClosed) log.process({ type: 'worker_not_started', worker: number, reason })
        return false
      }
    },
    dismiss,
    close() {
      isClosed = true
    },
    kill() {
      for (const worker of workers.keys()) worker.kill()
    },
    async ended() {
      await Promise.all([...workers.keys()].map(({ ended }) => ended))
    },
  }
}

function findFreeNumber(workers: Iterable<Worker>): number {
  const taken = new Set([...workers].map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number += 1
  return number
}
