/** Attempts to log in, in SQLite. */
import type { DatabaseSync } from 'node:sqlite'
import type { AttemptRows } from '../../interaction/attempts.ts'
import { PURGE_STEP } from '../artefact-store.ts'

/** Prepares the statements on an open database. */
export function createSqliteAttempts(database: DatabaseSync): AttemptRows {
  const count = database.prepare(`
    INSERT INTO login_attempts (name, count, until) VALUES (:name, 1, :until)
    ON CONFLICT (name) DO UPDATE SET
      count = CASE WHEN until <= :now THEN 1 ELSE count + 1 END,
      until = CASE WHEN until <= :now THEN excluded.until ELSE until END
    RETURNING count`)
  const forget = database.prepare('DELETE FROM login_attempts WHERE name = ?')
  const purge = database.prepare(`
    DELETE FROM login_attempts WHERE name IN
      (SELECT name FROM login_attempts WHERE until <= ? ORDER BY until LIMIT ${PURGE_STEP})`)
  return {
    async count(name, { now, until }) {
      const counted = Number(count.get({ name, now, until })?.count)
      purge.run(now)
      return counted
    },
    async forget(name) {
      forget.run(name)
    },
  }
}
