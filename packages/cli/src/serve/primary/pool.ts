/** The workers: as many as are wanted, replaced when they die, and one after the other when the configuration changes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ServeConfig } from '../config/read-config.ts'
import { createBackOff } from './back-off.ts'
import { createRoster, type RosterParts } from './roster.ts'
import type { Job, Worker } from './worker.ts'

/** What it is made of. */
export interface PoolParts extends Pick<RosterParts, 'employ' | 'log'> {
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

const DEADLINE_MS = 30_000
/** What lived as long as that was well, in milliseconds. */
const GROWN_UP_MS = 60_000

/** Creates it, with no worker. */
export function createPool({ employ, log, onDeath, wait = sleep }: PoolParts): Pool {
  const over = new AbortController()
  const pause = (ms: number) => wait(ms, over.signal)
  const replacing = createBackOff(pause)
  let current: Job | undefined
  let wanted = 0
  let rolled: Promise<unknown> = Promise.resolve()
  const roster = createRoster({
    employ,
    log,
    onDeath(worker) {
      onDeath()
      // Its death is no consequence of how it was started.
      if (worker.age() > GROWN_UP_MS) replacing.reset()
      void refill()
    },
  })
  const isMissing = () => !over.signal.aborted && roster.inState('starting', 'serving').length < wanted

  /** Hires until there are enough, however long it takes: the first at once, the next ones ever more slowly. */
  async function refill(): Promise<void> {
    while (isMissing()) {
      await replacing.pause()
      if (current !== undefined && isMissing()) await roster.hireOrTell(current)
    }
  }

  async function replaceAll(job: Job, count: number): Promise<void> {
    const old = [...roster.inState('serving')]
    const retire = () => {
      const next = old.shift()
      // It may have died meanwhile.
      if (next !== undefined && roster.inState('serving').includes(next)) roster.dismiss(next, readDeadline(job.config))
    }
    // It shows whether the configuration is good for anything: until then nothing changes.
    await roster.hire(job)
    current = job
    wanted = count
    retire()
    const backOff = createBackOff(pause)
    for (let hired = 1; hired < count && !over.signal.aborted; ) {
      await backOff.pause()
      if (!(await roster.hireOrTell(job))) continue
      hired += 1
      backOff.reset()
      retire()
    }
    while (old.length > 0) retire()
  }

  function kill(): void {
    over.abort()
    roster.close()
    roster.kill()
  }

  return {
    get serving() {
      return roster.inState('serving')
    },
    get wanted() {
      return wanted
    },
    async start(job, count) {
      try {
        // The first alone: it brings the tables up to date, and what is wrong is told once.
        await roster.hire(job)
        await Promise.all(Array.from({ length: count - 1 }, () => roster.hire(job)))
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
      const next = rolled.then(() => (over.signal.aborted ? undefined : replaceAll(job, count)))
      rolled = next.catch(() => undefined)
      return next
    },
    notice() {
      for (const worker of roster.inState('serving')) worker.notice()
    },
    async stop(deadlineMs) {
      over.abort()
      roster.close()
      for (const worker of roster.inState('starting', 'serving')) roster.dismiss(worker, deadlineMs)
      await roster.ended()
    },
    kill,
  }
}

/** Seconds, 30 unless configured; here in milliseconds. */
export function readDeadline({ stopping }: ServeConfig): number {
  return stopping?.deadlineSeconds === undefined ? DEADLINE_MS : stopping.deadlineSeconds * 1000
}

async function sleep(ms: number, over: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: over }).catch(() => undefined)
}
