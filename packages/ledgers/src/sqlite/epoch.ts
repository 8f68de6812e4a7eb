/** The time in which a database forgot nothing: named in it, counted in it, read inside every change that must last. */
import { realpathSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, systemClock } from '@countersign/core'
import { explainFault } from './database-unusable.ts'
import { type EpochMarker, openEpochMarker } from './epoch-marker.ts'
import { type EpochRecord, settleEpoch } from './epoch-record.ts'
import { type LogSync, openLogSync } from './log-sync.ts'

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
  /**
   * The same, but the process goes on while the disk works: the transaction is committed when the call returns, and on
   * the disk, together with others of that time, when the promise resolves.
   */
  transactMeanwhile<T>(work: () => T): Promise<T>
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
export function openEpoch({ database, path: name, clock = systemClock, onMemoryLost }: EpochOptions): Epoch {
  const path = name === undefined ? undefined : findFile(name)
  const marker = path === undefined ? undefined : openMarker(path, clock)
  try {
    return createEpoch(database, path, marker, settleEpoch({ database, marker, clock, onMemoryLost }))
  } catch (error) {
    marker?.close()
    throw error
  }
}

/** SQLite keeps its log beside the file itself, not beside a link to it; and a process may change its folder. */
function findFile(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw explainFault(error, path)
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
  /** How far the disk has come. */
  let lasting = opened
  let isOver = false
  let log: LogSync | undefined

  const run = <T>(work: () => T): T => {
    const before = select.get()
    isOver ||= before?.id !== id
    if (isOver) throw new EpochEnded(path)
    const result = work()
    // What changed nothing needs no place on the disk.
    if (countChanges.get()?.changes !== before?.changes) sequence = Number(advance.get()?.sequence)
    return result
  }
  const commit = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = run(work)
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  // What `synchronous=FULL` adds is a sync of the log at each commit: there it is made once for many, and not waited for.
  const commitUnsynced = <T>(work: () => T): T => {
    database.exec('PRAGMA synchronous = NORMAL')
    try {
      return commit(work)
    } finally {
      database.exec('PRAGMA synchronous = FULL')
    }
  }
  /** Once in a second: looks whether the files stand, and yields what writes the mark. */
  const inspect = (): (() => void) => {
    if (marker === undefined || !marker.isDue()) return () => {}
    isOver ||= !marker.databaseStands() || log?.logStands() === false
    // After the sync: a mark must never tell of what the disk may not hold.
    return () => marker.write({ id, sequence: lasting })
  }
  const transact = <T>(work: () => T): T => {
    const mark = inspect()
    const result = commit(work)
    lasting = sequence
    mark()
    return result
  }
  return {
    id,
    notBefore,
    transact,
    async transactMeanwhile(work) {
      if (path === undefined) return transact(work)
      const mark = inspect()
      const before = sequence
      const result = commitUnsynced(work)
      if (sequence === before) return result
      const committed = sequence
      log ??= openLogSync(path)
      await log.synced()
      lasting = Math.max(lasting, committed)
      mark()
      return result
    },
    close() {
      log?.close()
      if (marker === undefined) return
      if (!isOver && marker.databaseStands()) marker.write({ id, sequence: lasting })
      marker.close()
    },
  }
}
