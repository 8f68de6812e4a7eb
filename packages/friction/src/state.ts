/** Where the records of clients are kept: in memory, or where several processes share them. */
import type { Awaitable } from '@countersign/core'

/** A record: `size` octets of a view, from `at` on. All zero is a client that was never seen. */
export interface FrictionRecord {
  readonly view: DataView
  readonly at: number
}

/** What a state has to know about records. */
export interface FrictionRecordFormat {
  /** Octets. */
  readonly size: number
  /** Whether a record that has to make room is kept aside, so that its client is not forgiven. */
  isPenalised(record: FrictionRecord, now: number): boolean
}

/** The records of one format. */
export interface FrictionRecords {
  /**
   * Runs one step on the record of a client, as if nobody else touched that record meanwhile; a store that is shared
   * may run it more than once, on what it then finds. Throws or rejects when the record cannot be had.
   *
   * @param now NumericDate
   */
  update<T>(client: string, now: number, step: (record: FrictionRecord) => T): Awaitable<T>
}

/** A place for records. */
export interface FrictionState {
  /** Makes room for records of a format. */
  open(format: FrictionRecordFormat): FrictionRecords
}
