/** The list of revocations in SQLite: what each statement does and nothing more. */
import type { DatabaseSync } from 'node:sqlite'
import type { RevocationEntry } from '@countersign/core/wire'

/** Revocations by number and by key; times are NumericDates. */
export interface RevocationList {
  /** Adds one with the next number, unless there is one already that ends whatever was issued until now. */
  add(key: string, before: number, until: number): void
  /** True when one with any of the keys ends a token that was issued at `issued`. */
  covers(keys: readonly string[], issued: number): boolean
  /** The newest number, 0 when there never was one. */
  newest(): number
  /** Those that still matter, numbered above `after` and up to `newest`, ascending, `limit` at most. */
  read(range: { after: number; newest: number }, limit: number): RevocationEntry[]
}

/** Rows past their time that one addition sweeps away, at most. */
const PURGE_STEP = 16

/** Prepares the statements on an open database. `now` yields a NumericDate. */
export function createRevocationList(database: DatabaseSync, now: () => number): RevocationList {
  const insert = database.prepare('INSERT INTO revocations (key, before, until) VALUES (?, ?, ?)')
  const widest = database.prepare('SELECT max(before) AS before FROM revocations WHERE key = ? AND until > ?')
  const newest = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'")
  const select = database.prepare(`
    SELECT sequence, key, before, until FROM revocations
    WHERE sequence > ? AND sequence <= ? AND until > ? ORDER BY sequence LIMIT ?`)
  const purge = database.prepare(`
    DELETE FROM revocations WHERE sequence IN
      (SELECT sequence FROM revocations WHERE until <= ? ORDER BY until LIMIT ${PURGE_STEP})`)

  const reach = (key: string) => Number(widest.get(key, now())?.before ?? Number.NEGATIVE_INFINITY)
  return {
    add(key, before, until) {
      if (reach(key) >= Math.ceil(now())) return
      insert.run(key, before, until)
      purge.run(now())
    },
    covers: (keys, issued) => keys.some((key) => reach(key) >= issued),
    newest: () => Number(newest.get()?.seq ?? 0),
    read: ({ after, newest: last }, limit) =>
      select.all(after, last, now(), limit).map((row) => ({
        sequence: Number(row.sequence),
        key: String(row.key),
        before: Number(row.before),
        until: Number(row.until),
      })),
  }
}
