/** The sync that makes commits last, made while the process goes on: one for all that were committed meanwhile. */
import { closeSync, constants, fdatasync, fstatSync, openSync, statSync } from 'node:fs'
import { promisify } from 'node:util'

const sync = promisify(fdatasync)

/** Syncs the write-ahead log of one database. */
export interface LogSync {
  /**
   * Resolves once everything that was committed before this call is on the disk. Rejects when the disk fails, and from
   * then on for good: after one failure nobody knows what a later success covers.
   */
  synced(): Promise<void>
  /** False once the path of the log leads to another file. */
  logStands(): boolean
  close(): void
}

/** How many syncs may be under way at once: with one alone, who comes just after it began waits for two. */
const MOST_AT_ONCE = 2

/** Opens the log of a database that is in WAL mode and was written to. Throws what `node:fs` throws. */
export function openLogSync(database: string): LogSync {
  const path = `${database}-wal`
  const file = openSync(path, constants.O_RDWR)
  const { ino } = fstatSync(file)
  const running = new Set<Promise<void>>()
  /** The next one, which begins when one of the running ends: whoever asks now needs one that begins after now. */
  let next: Promise<void> | undefined
  let failure: Error | undefined
  let isClosed = false

  const start = async (): Promise<void> => {
    if (failure !== undefined) throw failure
    const started = sync(file)
    running.add(started)
    try {
      await started
    } catch (error) {
      failure = new Error('The disk failed to keep what was committed; start this process again.', { cause: error })
      throw failure
    } finally {
      running.delete(started)
      if (isClosed && running.size === 0 && next === undefined) closeSync(file)
    }
  }
  const startNext = (): Promise<void> => {
    next = undefined
    return start()
  }
  return {
    synced() {
      // Its number may be another file's by now.
      if (isClosed) return Promise.reject(new Error('The log was closed.'))
      if (running.size < MOST_AT_ONCE && next === undefined) return start()
      next ??= Promise.race(running).then(startNext, startNext)
      return next
    },
    logStands: () => statSync(path, { throwIfNoEntry: false })?.ino === ino,
    close() {
      isClosed = true
      if (running.size === 0 && next === undefined) closeSync(file)
    },
  }
}
