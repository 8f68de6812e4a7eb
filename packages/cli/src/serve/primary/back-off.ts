/** How long is waited before something is tried again. */

const LEAST_MS = 250
const MOST_MS = 30_000

/** Pauses, each up to twice as long as the one before. */
export interface BackOff {
  /** The first is none. */
  pause(): Promise<void>
  /** The next is the first again. */
  reset(): void
}

/** Creates it; pauses differ by chance, so that workers of many hosts do not come all at once. */
export function createBackOff(wait: (ms: number) => Promise<void>, random = Math.random): BackOff {
  let tries = 0
  return {
    async pause() {
      if (tries > 0) await wait(Math.min(MOST_MS, LEAST_MS * 2 ** tries) * (0.5 + random() / 2))
      tries += 1
    },
    reset() {
      tries = 0
    },
  }
}
