/** Lets so many pieces of work go on at a time, and the others wait for their turn. */

/** Starts the work when there is room, and yields what it yields. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** A gate for `places` at a time. */
export function createGate(places: number): Gate {
  const waiting: (() => void)[] = []
  let free = places
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
