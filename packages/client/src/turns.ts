/** One thing after another: what must not happen twice at once. */

/** Runs tasks one at a time, in the order in which they were handed in; a failed one does not stop the next. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>

/** Makes a queue of its own. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task)
    last = turn.catch(() => undefined)
    return turn
  }
}

/** Waits for shared work, but not longer than one caller cares; the work itself goes on. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
