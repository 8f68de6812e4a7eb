/** The workers: as many as are wanted, replaced when they die, and one after the other when the configuration changes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../log/log.ts'
import type { ServeConfig } from '../config/read-config.ts'
import { createBackOff } from './back-off.ts'
import type { Job, Worker } from './worker.ts'

/** What it is made of. */
export interface PoolParts {
  /** Forks a process and gives it a job. */
  readonly employ: (number: number, job: Job) => Worker
  readonly log: Log
  /** Told of each worker that ended without being told to. */
  readonly onDeath: () => void
  /** Resolves after so many milliseconds, or when the signal says that nobody waits any more; timers unless given. */
  readonly wait?: (ms: number, over: AbortSignal) => Promise<void>
}

/** Runs workers. */
export interface Pool {
  /** Those that take requests and were not told to end. */
  readonly serving: readonly Worker[]
  /** How many there should be. */
  readonly wanted: number
  /** Resolves once all serve; rejects, with the first, when one cannot, and none is left then. */
  start(job: Job, count: number): Promise<void>
  /**
   * Resolves once new workers do a new job in place of all others; at each moment as many serve as before. Rejects when
   * the first of them cannot, and nothing has changed then.
   */
  roll(job: Job, count: number): Promise<void>
  /** Lets each answer be the last on its connection. */
  notice(): void
  /** Resolves once all have ended; calls under way get `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>
  /** Ends all at once. */
  kill(): void
}

/** What a worker is doing. */
type State = 'starting' | 'serving' | 'ending'

/** After its deadline a worker closes its stores, in milliseconds; then it is killed. */
const CLOSING_MS = 5_000
const DEADLINE_MS = 30_000
/** What lived as long as that was well, in milliseconds. */
const GROWN_UP_MS = 60_000

/** Creates it, with no worker. */
export function createPool({ employ, log, onDeath, wait = sleep }: PoolParts): Pool {
  const workers = new Map<Worker, State>()
  let current: Job | undefined
  let wanted = 0
  let isStopping = false
  let rolled: Promise<unknown> = Promise.resolve()
  const over = new AbortController()
  const pause = (ms: number) => wait(ms, over.signal)
  const replacing = createBackOff(pause)

  const inState = (...states: State[]): Worker[] =>
    [...workers].filter(([, state]) => states.includes(state)).map(([worker]) => worker)

  /** Resolves once one more worker serves. */
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
    if (isStopping) dismiss(worker, 0)
    else workers.set(worker, 'serving')
    log.process({ type: 'worker_ready', worker: worker.number, pid: worker.pid })
  }

  function bury(worker: Worker, cause: string): void {
    const state = workers.get(worker)
    workers.delete(worker)
    if (state !== 'serving') return
    // Its death is no consequence of how it was started.
    if (worker.age() > GROWN_UP_MS) replacing.reset()
    onDeath()
    log.process({ type: 'worker_died', worker: worker.number, pid: worker.pid, cause })
    void refill()
  }

  /** Hires until there are enough, however long it takes: the first at once, the next ones ever more slowly. */
  async function refill(): Promise<void> {
    const isMissing = () => !isStopping && inState('starting', 'serving').length < wanted
    while (isMissing()) {
      await replacing.pause()
      if (current !== undefined && isMissing()) await hireOrTell(current)
    }
  }

  async function hireOrTell(job: Job): Promise<boolean> {
    const number = findFreeNumber(workers.keys())
    try {
      await hire(job)
      return true
    } catch (error) {
      if (!isStopping) log.process({ type: 'worker_not_started', worker: number, reason: tell(error) })
      return false
    }
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

  async function replaceAll(job: Job, count: number): Promise<void> {
    const old = inState('serving')
    // It shows whether the configuration is good for anything: until then nothing changes.
    await hire(job)
    current = job
    wanted = count
    const retire = () => {
      const next = old.shift()
      if (next !== undefined && workers.has(next)) dismiss(next, readDeadline(job.config))
    }
    retire()
    const backOff = createBackOff(pause)
    for (let hired = 1; hired < count && !isStopping; ) {
      await backOff.pause()
      if (!(await hireOrTell(job))) continue
      hired += 1
      backOff.reset()
      retire()
    }
    while (old.length > 0) retire()
  }

  function kill(): void {
    isStopping = true
    over.abort()
    for (const worker of workers.keys()) worker.kill()
  }

  return {
    get serving() {
      return inState('serving')
    },
    get wanted() {
      return wanted
    },
    async start(job, count) {
      // The first alone: it brings the tables up to date, and what is wrong is told once.
      try {
        await hire(job)
        await Promise.all(Array.from({ length: count - 1 }, () => hire(job)))
      } catch (error) {
        kill()
        throw error
      }
      current = job
      wanted = count
      // One of them may be gone again.
      void refill()
    },
    roll(job, count) {
      const next = rolled.then(() => (isStopping ? undefined : replaceAll(job, count)))
      rolled = next.catch(() => undefined)
      return next
    },
    notice() {
      for (const worker of inState('serving')) worker.notice()
    },
    async stop(deadlineMs) {
      isStopping = true
      over.abort()
      for (const worker of inState('starting', 'serving')) dismiss(worker, deadlineMs)
      await Promise.all([...workers.keys()].map(({ ended }) => ended))
    },
    kill,
  }
}

/** Seconds, 30 unless configured; here in milliseconds. */
export function readDeadline({ stopping }: ServeConfig): number {
  return stopping?.deadlineSeconds === undefined ? DEADLINE_MS : stopping.deadlineSeconds * 1000
}

function findFreeNumber(workers: Iterable<Worker>): number {
  const taken = new Set([...workers].map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number += 1
  return number
}

function tell(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function sleep(ms: number, over: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: over }).catch(() => undefined)
}
