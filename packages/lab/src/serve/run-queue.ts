/** Runs one thing at a time, lets few wait, and keeps what was told of each for whoever asks late. */
import { randomUUID } from 'node:crypto'
import { describeFault } from '@countersign/core'
import type { LabEvent, Tell } from './events.ts'

/** What is run; rejects with the signal's reason when it was ended. */
export type Work = (tell: Tell, signal: AbortSignal) => Promise<void>

/** Listens to a run: to what it told before, from an event on, and to what it will tell. */
export type Listener = (event: LabEvent, index: number) => void

/** One run. */
export interface Run {
  readonly id: string
  /** `from` is the index of the first event wanted. Yields what ends the listening. */
  listen(listener: Listener, from: number): () => void
  /** Whether it is over, and all was told before this event. */
  isTold(from: number): boolean
  /** Ends it; one that waits never begins. */
  stop(): void
}

/** How much there may be. */
export interface QueueLimits {
  /** Runs that wait. */
  readonly waiting: number
  /** Runs that are over and can still be asked about. */
  readonly kept: number
}

/** The queue. */
export interface RunQueue {
  /** Undefined when too many wait. `time` is in milliseconds, from its beginning on. */
  submit(work: Work, time: number): Run | undefined
  find(id: string): Run | undefined
  /** Ends everything; resolves once nothing runs any more. */
  close(): Promise<void>
}

interface QueuedRun extends Run {
  readonly tell: Tell
  readonly start: () => Promise<void>
}

/** Creates one. */
export function createRunQueue({ waiting, kept }: QueueLimits): RunQueue {
  const runs = new Map<string, QueuedRun>()
  const line: QueuedRun[] = []
  let current: QueuedRun | undefined
  let idle = Promise.resolve()

  const work = async (): Promise<void> => {
    for (current = line.shift(); current !== undefined; current = line.shift()) {
      for (const [index, each] of line.entries()) each.tell({ type: 'waiting', ahead: index + 1 })
      await current.start()
      const [oldest] = runs.keys()
      if (runs.size > kept + line.length && oldest !== undefined) runs.delete(oldest)
    }
  }

  return {
    submit(task, time) {
      if (line.length >= waiting) return undefined
      const run = createRun(task, time)
      runs.set(run.id, run)
      line.push(run)
      if (current === undefined) idle = work()
      else run.tell({ type: 'waiting', ahead: line.length })
      return run
    },
    find: (id) => runs.get(id),
    async close() {
      for (const run of runs.values()) run.stop()
      await idle
    },
  }
}

function createRun(work: Work, time: number): QueuedRun {
  const events: LabEvent[] = []
  const listeners = new Set<Listener>()
  const stopping = new AbortController()
  let isOver = false
  const tell: Tell = (event) => {
    // What goes on behind the back of a run that was ended is not its story any more.
    if (isOver) return
    isOver = event.type === 'over'
    const index = events.push(event) - 1
    for (const listener of listeners) listener(event, index)
  }
  return {
    id: randomUUID(),
    tell,
    listen(listener, from) {
      for (const [index, event] of events.entries()) if (index >= from) listener(event, index)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    isTold: (from) => isOver && from >= events.length,
    stop: () => stopping.abort(),
    async start() {
      const timeout = AbortSignal.timeout(time)
      const signal = AbortSignal.any([stopping.signal, timeout])
      try {
        signal.throwIfAborted()
        tell({ type: 'began' })
        await work(tell, signal)
        tell({ type: 'over', reason: 'done' })
      } catch (error) {
        if (!signal.aborted) report(error)
        const ended = timeout.aborted ? 'out_of_time' : 'stopped'
        tell({ type: 'over', reason: signal.aborted ? ended : 'failed' })
      }
    },
  }
}

/** Messages of errors may quote what was sent: only their kind is told. */
function report(error: unknown): void {
  const { name, code, at } = describeFault(error)
  console.error(`countersign: an attack could not be run: ${[name, code, at].filter(Boolean).join(' ')}`)
}
