/** What the page is told while an attack runs: one line of JSON for each event of the stream. */
import type { Side } from '../run-attack.ts'

/** A request with its answer as it is drawn, and as it went over the wire with its secrets masked. */
export interface Step {
  /** Its place in the run, from 0. */
  readonly index: number
  /** Who sends, and who answers, by the names of the lanes. */
  readonly from: string
  readonly to: string
  /** Such as `POST /mcp read_notes`. */
  readonly request: string
  /** The credentials that it carries, masked; empty where it carries none. */
  readonly carries: string
  /** Such as `401 replay_detected`; undefined while there is none. */
  readonly answer?: string
  readonly status?: number
  /** What the attacker's collector received, where it did. */
  readonly stolen?: string
  readonly http: HttpExchange
}

/** An exchange, line by line. */
export interface HttpExchange {
  readonly request: HttpMessage
  readonly answer?: HttpMessage
}

/** One direction of it. */
export interface HttpMessage {
  /** Such as `POST http://127.0.0.1:4000/mcp`, and `401`. */
  readonly line: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What came of one way of an attack, on one server. */
export interface Outcome {
  readonly landed: boolean
  /** Stopped with exactly the status and the code that it has to be stopped with. */
  readonly stoppedAsExpected: boolean
  readonly status: number
  readonly code?: string
  /** The step that decided it. */
  readonly decidedBy?: number
  /** Why it could not be told what came of it. */
  readonly failure?: string
}

/** One event. */
export type LabEvent =
  /** `ahead`: runs that come first. */
  | { readonly type: 'waiting'; readonly ahead: number }
  | { readonly type: 'began' }
  /** New steps, and old ones that were answered; `total` counts those too that are too many to be drawn. */
  | { readonly type: 'steps'; readonly side: Side; readonly total: number; readonly steps: readonly Step[] }
  | { readonly type: 'outcome'; readonly side: Side; readonly outcome: Outcome }
  /** All ways of one attack, on the server that lacks what was chosen. */
  | { readonly type: 'swept'; readonly attack: string; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'over'; readonly reason: 'done' | 'stopped' | 'out_of_time' | 'failed' }

/** Told of each. */
export type Tell = (event: LabEvent) => void
