/** The notes themselves, in one SQLite file. */
import { type Clock, systemClock } from '@countersign/core'
import { type DatabaseSchema, openDatabase } from '@countersign/ledgers/sqlite'

/** A note. `id` counts up from 1 and is never given twice. */
export interface Note {
  readonly id: number
  readonly text: string
  /** ISO 8601, UTC. */
  readonly written: string
}

/** Where notes are kept. Every method throws what `node:sqlite` throws when the store cannot answer. */
export interface NotesStore {
  /** The newest notes first, `limit` of them, only those older than `before` when it is given. */
  list(limit: number, before?: number): readonly Note[]
  /** The note, or undefined when there is none. */
  read(id: number): Note | undefined
  /** Keeps a new note; undefined when the store is full. */
  write(text: string): Note | undefined
  /** Deletes a note; false when there was none. */
  delete(id: number): boolean
  close(): void
}

/** How many notes are kept at most. */
const CAPACITY = 10_000

/** "CSNO". */
const schema: DatabaseSchema = {
  name: 'notes file',
  applicationId: 0x43534e4f,
  migrations: [
    'CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, written TEXT NOT NULL) STRICT',
  ],
}

/**
 * Opens or creates the notes file at `path`. Throws `DatabaseUnusable` when it is damaged, locked or not ours.
 * `clock` tells when a note was written.
 */
export function createNotes(options: { path: string; clock?: Clock }): NotesStore {
  const clock = options.clock ?? systemClock
  const database = openDatabase(options.path, schema)
  const list = database.prepare('SELECT id, text, written FROM notes WHERE id < ? ORDER BY id DESC LIMIT ?')
  const read = database.prepare('SELECT id, text, written FROM notes WHERE id = ?')
  const insert = database.prepare(
    'INSERT INTO notes (text, written) SELECT ?, ? WHERE (SELECT count(*) FROM notes) < ? RETURNING id, text, written',
  )
  const remove = database.prepare('DELETE FROM notes WHERE id = ?')

  return {
    list: (limit, before = Number.MAX_SAFE_INTEGER) => list.all(before, limit).map(toNote),
    read(id) {
      const row = read.get(id)
      return row === undefined ? undefined : toNote(row)
    },
    write(text) {
      const row = insert.get(text, new Date(clock() * 1000).toISOString(), CAPACITY)
      return row === undefined ? undefined : toNote(row)
    },
    delete: (id) => remove.run(id).changes === 1,
    close() {
      if (database.isOpen) database.close()
    },
  }
}

function toNote(row: Record<string, unknown>): Note {
  return { id: Number(row.id), text: String(row.text), written: String(row.written) }
}
