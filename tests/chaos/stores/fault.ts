/** One way in which things break, as data. */
import type { Stage, StoreScene } from './stage.ts'

/** What is broken, for how long, and how it is put right. */
export interface Fault<Store extends StoreScene> {
  /** In words, the same for every store to which this can happen. */
  readonly name: string
  /** Milliseconds until it is put right. Default: a while that every deadline fits into. */
  readonly lasts?: number
  begin(stage: Stage<Store>): Promise<unknown> | unknown
  /** Left out where it is over at once. */
  end?(stage: Stage<Store>): Promise<unknown> | unknown
}

/** A stage with the faults that happen on it, one after the other. */
export interface Act<Store extends StoreScene = StoreScene> {
  /** The store, as people call it. */
  readonly name: string
  set(): Promise<Stage<Store>>
  readonly faults: readonly Fault<Store>[]
}

/** Of calls that a scope allows, and of calls with a capability each, which no process may go on with by itself. */
interface ByKind<Figure> {
  readonly plain: Figure
  readonly capable: Figure
}

/** What came of one fault. */
export interface FaultOutcome {
  readonly act: string
  readonly fault: string
  readonly served: number
  readonly refused: number
  /** How often each reason was given. */
  readonly reasons: ByKind<ReadonlyMap<string, number>>
  /** Milliseconds for which one client was without service, at the longest. */
  readonly longestOutage: ByKind<number>
  /** Calls that were served by a process alone, while it was without the store. */
  readonly alone: number
  /** Replayed requests that were answered. */
  readonly attacked: number
  /** Runs of a tool beyond what a proof or a capability is good for. */
  readonly acceptedReplays: number
  /** Calls that their sender was told have happened, and of which no trace is left. */
  readonly lost: number
  /** Calls that were refused for want of the store, and ran later: for whoever had kept them. */
  readonly revived: number
}
