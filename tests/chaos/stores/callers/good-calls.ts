/** What becomes of the calls of honest clients. */
import type { Reply } from './line.ts'

/** Counted since it was made. */
export interface GoodCalls {
  served(run: string): void
  refused(reply: Reply, run: string): void
  /** A client has been without service for so many milliseconds. */
  outage(milliseconds: number): void
  readonly figures: GoodFigures
  /** The runs that clients were told of. */
  readonly acknowledged: readonly string[]
  /** The runs that they were told would not happen, each with the proof of that attempt. */
  readonly denied: readonly string[]
}

/** The figures so far. */
export interface GoodFigures {
  readonly served: number
  readonly refused: number
  readonly reasons: ReadonlyMap<string, number>
  readonly longestOutage: number
}

/** Begins at nothing. */
export function createGoodCalls(): GoodCalls {
  const acknowledged: string[] = []
  const denied: string[] = []
  const reasons = new Map<string, number>()
  let refused = 0
  let longestOutage = 0
  return {
    acknowledged,
    denied,
    served: (run) => void acknowledged.push(run),
    refused({ status, code }, run) {
      refused++
      reasons.set(code, (reasons.get(code) ?? 0) + 1)
      if (status !== 0 && run.startsWith('write')) denied.push(run)
    },
    outage(milliseconds) {
      longestOutage = Math.max(longestOutage, milliseconds)
    },
    get figures() {
      return { served: acknowledged.length, refused, reasons, longestOutage: Math.round(longestOutage) }
    },
  }
}
