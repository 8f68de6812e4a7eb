/** A bound on how much is done at once, and on how many wait for it. */

/** How many. */
export interface SlotLimits {
  readonly running: number
  readonly waiting: number
}

/** Runs jobs, some at a time, in the order in which they came. */
export interface Slots {
  /** Undefined, at once, when too many wait already; rejects where the signal ends the wait. */
  run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> | undefined
}

/** All of them free. */
export function createSlots({ running: mostRunning, waiting: mostWaiting }: SlotLimits): Slots {
  const waiting = new Set<() => void>()
  let running = 0

  function release(): void {
    const [next] = waiting
    if (next === undefined) {
      running--
      return
    }
    // The slot goes from hand to hand.
    waiting.delete(next)
    next()
  }

  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (waiting.delete(start)) reject(signal.reason)
      }
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      waiting.add(start)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  async function occupy<T>(job: () => Promise<T>): Promise<T> {
    try {
      return await job()
    } finally {
      release()
    }
  }

  return {
    run(job, signal) {
      if (running < mostRunning) {
        running++
        return occupy(job)
      }
      return waiting.size < mostWaiting ? wait(signal).then(() => occupy(job)) : undefined
    },
  }
}
