/** Are the databases still there, and may they be written? */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { DataFolder } from '../../data-folder.ts'

/** How long another process's write is waited for, in milliseconds; the process stands still meanwhile. */
const LOCK_TIMEOUT_MS = 100

/** True when all are there and may be written; throws what SQLite throws when one of them is not. */
export function areDatabasesSound(folder: DataFolder): boolean {
  const { authorizationDatabase, attestationDatabase, notesDatabase, ledgerDatabase } = folder
  return [authorizationDatabase, attestationDatabase, notesDatabase, ledgerDatabase].every(isSound)
}

/** On a connection of its own: one that was open before would not notice that its file was deleted. */
function isSound(path: string): boolean {
  const url = pathToFileURL(path)
  // A file that is missing is not to be made.
  url.searchParams.set('mode', 'rw')
  const database = new DatabaseSync(url, { timeout: LOCK_TIMEOUT_MS })
  try {
    database.exec('BEGIN IMMEDIATE; SELECT count(*) FROM sqlite_schema; ROLLBACK')
    return true
  } finally {
    database.close()
  }
}
