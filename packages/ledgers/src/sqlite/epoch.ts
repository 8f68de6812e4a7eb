/** The time in which a database forgot nothing: named in it, counted in it, read inside every change that must last. */
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from '@countersign/core'
import { explainFault } from './database-unusable.ts'
import { type EpochMarker, openEpochMarker } from './epoch-marker.ts'
import { type EpochRecord, settleEpoch } from './epoch-record.ts'

/** An epoch of one database, as one connection sees it. */
export interface Epoch {
  /** 128 random bits, base64url. */
  readonly id: string
  /**
   * Single-use things that were made before this NumericDate are refused for good: whether they were used is forgotten.
   * 0 in the first epoch of a database.
   */
  readonly notBefore: number
  /**
   * Runs `work` in one transaction, committed with `synchronous=FULL` when it returns and undone when it throws. Throws
   * `EpochEnded` when the database was replaced, restored or emptied since the epoch was opened.
   */
  transact<T>(work: () => T): T
  /** Writes the marker a last time. The database stays open. */
  close(): void
}

/** What `openEpoch` takes. */
export interface EpochOptions {
  readonly database: DatabaseSync
  /** Of the database file, so that a marker can stand beside it; without it only an emptied database is noticed. */
  readonly path?: string
  readonly clock?: Clock
  /** Runs in the transaction that starts an epoch after memory was lost; not for the first epoch of a database. */
  readonly onMemoryLost?: (epoch: Pick<Epoch, 'id' | 'notBefore'>) => void
}

/** Thrown when a database is no longer the one that was opened. Nothing was changed. */
export class EpochEnded extends Error {
  constructor(path: string | undefined) {
    super(
      `The database ${path ?? 'in memory'} was replaced or restored while it was in use, so nobody knows what was spent. ` +
        'Start this process again: it refuses what was issued before, and goes on.',
    )
    this.name = 'EpochEnded'
  }
}

/**
 * Opens the epoch of a database, or starts a new one: when its record is missing though the marker tells of one, when
 * it is behind the marker (an older copy was put in its place), or when the marker is missing though it has a record
 * (a person deleted it, which is how they say that they restored everything). Throws `DatabaseUnusable` when the marker
 * cannot be read or written.
 */
export function openEpoch({ database, path, clock = systemClock, onMemoryLost }: EpochOptions): Epoch {
  const marker = path === undefined ? undefined : openMarker(path, clock)
  try {
    return createEpoch(database, path, marker, settleEpoch({ database, marker, clock, onMemoryLost }))
  } catch (error) {
    marker?.close()
    throw error
  }
}

function openMarker(path: string, clock: Clock): EpochMarker {
  try {
    return openEpochMarker(path, clock)
  } catch (error) {
    throw explainFault(error, `${path}.epoch`)
  }
}

function createEpoch(
  database: DatabaseSync,
  path: string | undefined,
  marker: EpochMarker | undefined,
  { id, notBefore, sequence: opened }: EpochRecord,
): Epoch {
  const select = database.prepare('SELECT id, total_changes() AS changes FROM epoch')
  const countChanges = database.prepare('SELECT total_changes() AS changes')
  const advance = database.prepare('UPDATE epoch SET sequence = sequence + 1 RETURNING sequence')
  let sequence = opened
  let isOver = false

  const run = <T>(work: () => T): T => {
    const before = select.get()
    isOver ||= before?.id !== id
    if (isOver) throw new EpochEnded(path)
    const result = work()
    // What changed nothing needs no place on the disk.
    if (countChanges.get()?.changes !== before?.changes) sequence = Number(advance.get()?.sequence)
    return result
  }
  return {
    id,
    notBefore,
    transact(work) {
      const isDue = marker?.isDue() === true
      if (isDue) isOver ||= !marker.databaseStands()
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = run(work)
        database.exec('COMMIT')
        // After the commit: a mark must never tell of what the database may not hold.
        if (isDue) marker.write({ id, sequence })
        return result
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    close() {
      if (marker === undefined) return
      if (!isOver && marker.databaseStands()) marker.write({ id, sequence })
      marker.close()
    },
  }
}
