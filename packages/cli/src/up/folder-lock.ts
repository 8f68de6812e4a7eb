/** One `up` for each data folder: two would be two issuers with the same signing keys. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CommandFailed } from '../exit.ts'

/**
 * Locks the folder until the returned function is called or this process ends, however it ends: the lock is the
 * operating system's, taken through an SQLite file that stays empty.
 */
export function lockFolder(folder: string): () => void {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(folder, 'up.lock'))
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const isTaken = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
    if (!isTaken) throw new CommandFailed(`The data folder ${folder} cannot be written. Name another one with --data.`)
    throw new CommandFailed(
      `Another countersign up uses the data folder ${folder}. Stop it, or name another folder with --data.`,
    )
  }
  const held = database
  return () => held.close()
}

/** sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5
