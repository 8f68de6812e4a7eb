/** A small file beside a database, that tells how far the database had come: an older copy put in its place is behind it. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import type { Clock } from '@countersign/core'

/** How far an epoch has come. `sequence` counts the changes that must never be forgotten. */
export interface EpochMark {
  readonly id: string
  readonly sequence: number
}

/** The file. Every method throws what `node:fs` throws. */
export interface EpochMarker {
  /** What it says: `undefined` when it is new, `unreadable` when it says nothing that was ever written to it. */
  read(): EpochMark | 'unreadable' | undefined
  /** Writes the mark at once; not synced: a power cut may leave an older one, which still is a true one. */
  write(mark: EpochMark): void
  /** True once in a second: it is time to look whether the database stands, and to write. */
  isDue(): boolean
  /** False once the database's path leads to another file than it did when the marker was opened. */
  databaseStands(): boolean
  close(): void
}

const INTERVAL_SECONDS = 1
const DIGITS = 16
const MARK = /^([\w-]{22}) (\d{16})\n$/
const MARK_LENGTH = 40

/** Opens or creates `<database>.epoch`, readable by its owner alone. The database must be there already. */
export function openEpochMarker(database: string, clock: Clock): EpochMarker {
  const file = openSync(`${database}.epoch`, constants.O_RDWR | constants.O_CREAT, 0o600)
  const { ino, dev } = statSync(database)
  let due = Number.NEGATIVE_INFINITY

  const write = ({ id, sequence }: EpochMark): void => {
    // In place and always of the same length: there is no moment at which half of a mark stands there.
    writeSync(file, `${id} ${String(sequence).padStart(DIGITS, '0')}\n`, 0)
    if (fstatSync(file).size > MARK_LENGTH) ftruncateSync(file, MARK_LENGTH)
  }
  return {
    read: () => readMark(file),
    write,
    isDue() {
      const now = clock()
      // Either way: a clock that was set back must not stop it.
      if (Math.abs(now - due) < INTERVAL_SECONDS) return false
      due = now
      return true
    },
    databaseStands() {
      const now = statSync(database, { throwIfNoEntry: false })
      return now !== undefined && now.ino === ino && now.dev === dev
    },
    close() {
      closeSync(file)
    },
  }
}

function readMark(file: number): EpochMark | 'unreadable' | undefined {
  const bytes = Buffer.alloc(MARK_LENGTH + 1)
  const length = readSync(file, bytes, 0, bytes.length, 0)
  // Empty: a first start was cut off before there was anything to tell.
  if (length === 0) return undefined
  const [, id, sequence] = MARK.exec(bytes.toString('latin1', 0, length)) ?? []
  return id === undefined || sequence === undefined ? 'unreadable' : { id, sequence: Number(sequence) }
}
