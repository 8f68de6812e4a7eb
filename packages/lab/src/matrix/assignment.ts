/** What passes between the command and the processes that compute rows for it. */
import type { Row } from './row.ts'

/** Asks for one row. */
export interface Assignment {
  /** The answer carries it again. */
  readonly number: number
  /** An attack of the catalogue. */
  readonly attack: string
  /** The place of the variant among its own. */
  readonly variant: number
  /** Ids. */
  readonly columns: readonly string[]
  readonly everyCell: boolean
}

/** Answers it. */
export interface Report {
  readonly number: number
  readonly row: Row
}
