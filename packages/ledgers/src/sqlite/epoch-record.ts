/** The record of an epoch in its database, and the decision whether it goes on. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { CLOCK_DIFFERENCE, type Clock } from '@countersign/core'
import type { EpochMark, EpochMarker } from './epoch-marker.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS epoch (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL, not_before INTEGER NOT NULL, sequence INTEGER NOT NULL
  ) STRICT`

/** The record. */
export interface EpochRecord {
  readonly id: string
  readonly notBefore: number
  readonly sequence: number
}

/** What it is decided from. */
export interface EpochParts {
  readonly database: DatabaseSync
  readonly marker: EpochMarker | undefined
  readonly clock: Clock
  /** Runs in the transaction that starts an epoch, unless it is the first one. */
  readonly onMemoryLost: ((started: EpochRecord) => void) | undefined
}

/** Decides, under the write lock, whether the epoch goes on; starts another when it does not. */
export function settleEpoch({ database, marker, clock, onMemoryLost }: EpochParts): EpochRecord {
  database.exec(`PRAGMA synchronous = FULL; ${TABLE}`)
  database.exec('BEGIN IMMEDIATE')
  try {
    const row = readRow(database)
    // Under the lock, too: of two processes that start at once, the second finds what the first one wrote.
    const mark = marker?.read()
    const settled = row !== undefined && goesOn(row, marker, mark) ? row : startEpoch(database, row, mark, clock)
    if (settled !== row && settled.notBefore > 0) onMemoryLost?.(settled)
    // Before the commit: a crash in between is told by a marker that counted nothing yet.
    if (settled !== row) marker?.write(settled)
    database.exec('COMMIT')
    return settled
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

type Found = EpochMark | 'unreadable' | undefined

function goesOn(row: EpochRecord, marker: EpochMarker | undefined, mark: Found): boolean {
  if (marker === undefined) return true
  return mark !== undefined && mark !== 'unreadable' && mark.id === row.id && mark.sequence <= row.sequence
}

function startEpoch(database: DatabaseSync, row: EpochRecord | undefined, mark: Found, clock: Clock): EpochRecord {
  const isFirst = row === undefined && (mark === undefined || (mark !== 'unreadable' && mark.sequence === 0))
  // A thing may say that it was made so much later than it was.
  const notBefore = isFirst ? 0 : Math.ceil(clock()) + CLOCK_DIFFERENCE
  const started = { id: randomBytes(16).toString('base64url'), notBefore, sequence: 0 }
  database
    .prepare('INSERT OR REPLACE INTO epoch (only_row, id, not_before, sequence) VALUES (1, ?, ?, 0)')
    .run(started.id, started.notBefore)
  return started
}

function readRow(database: DatabaseSync): EpochRecord | undefined {
  const row = database.prepare('SELECT id, not_before AS notBefore, sequence FROM epoch').get()
  if (row === undefined) return undefined
  return { id: String(row.id), notBefore: Number(row.notBefore), sequence: Number(row.sequence) }
}
