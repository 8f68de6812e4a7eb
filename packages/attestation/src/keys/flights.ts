/** One fetch at a time, for all who want its result; and the next one by itself when its time has come. */

/** Runs work that never rejects and yields the seconds after which it is due again. */
export interface Flights {
  readonly isUnderWay: boolean
  /** Starts work, or joins what is under way; resolves with its end, or the end of patience. */
  join(): Promise<void>
  /** The same, and waits for its end. */
  finish(): Promise<void>
  /** Sees to it that work is done within the seconds given, also when nobody joins. */
  plan(seconds: number): void
  /** Whatever is under way is nobody's any more. */
  abandon(): void
  /** Starts nothing any more. */
  close(): void
}

interface Flight {
  readonly over: Promise<void>
  readonly waited: Promise<void>
}

const MILLISECONDS = 1000
/** So that many servers that started together do not fetch together for ever: up to a tenth earlier. */
const JITTER = 0.1

/** `patience` in seconds, counted from the start of the work: who comes late to work that hangs waits for nothing. */
export function createFlights(work: () => Promise<number>, patience: number): Flights {
  let flight: Flight | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  function schedule(seconds: number): void {
    stopTimer()
    if (isClosed) return
    const spread = seconds * (1 - JITTER * Math.random())
    timer = setTimeout(() => {
      timer = undefined
      void join()
    }, spread * MILLISECONDS)
    // Nobody's process goes on for this alone; elsewhere than on Node a timer is a number.
    if (typeof timer === 'object') timer.unref()
  }

  function stopTimer(): void {
    clearTimeout(timer)
    timer = undefined
  }

  function start(): Flight {
    stopTimer()
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const patient = setTimeout(resolve, patience * MILLISECONDS)
    const over = work().then((due) => {
      clearTimeout(patient)
      if (flight?.over !== over) return
      flight = undefined
      schedule(due)
    })
    return { over, waited: Promise.race([over, late]) }
  }

  async function join(): Promise<void> {
    if (isClosed) return
    flight ??= start()
    await flight.waited
  }

  return {
    get isUnderWay() {
      return flight !== undefined
    },
    join,
    async finish() {
      if (isClosed) return
      flight ??= start()
      await flight.over
    },
    plan(seconds) {
      if (flight === undefined && timer === undefined) schedule(seconds)
    },
    abandon() {
      flight = undefined
    },
    close() {
      isClosed = true
      stopTimer()
    },
  }
}
