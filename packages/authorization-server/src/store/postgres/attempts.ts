/** Attempts to log in, in PostgreSQL. */
import type { PostgresQuery } from '@countersign/ledgers/postgres'
import type { AttemptRows } from '../../interaction/attempts.ts'
import { PURGE_STEP } from '../artefact-store.ts'

/** What it counts and what it sweeps away are different rows: one statement cannot touch a row twice. */
const COUNT = `
  WITH purged AS (
    DELETE FROM login_attempts WHERE name IN (
      SELECT name FROM login_attempts WHERE until <= $2 AND name <> $1
      ORDER BY until LIMIT ${PURGE_STEP} FOR UPDATE SKIP LOCKED))
  INSERT INTO login_attempts AS known (name, count, until) VALUES ($1, 1, $3)
  ON CONFLICT (name) DO UPDATE SET
    count = CASE WHEN known.until <= $2 THEN 1 ELSE known.count + 1 END,
    until = CASE WHEN known.until <= $2 THEN excluded.until ELSE known.until END
  RETURNING count`

/** Creates it. */
export function createPostgresAttempts(query: PostgresQuery): AttemptRows {
  return {
    async count(name, { now, until }) {
      const { rows } = await query<{ count: number }>(COUNT, [name, now, until])
      return rows[0]?.count ?? Number.POSITIVE_INFINITY
    },
    async forget(name) {
      await query('DELETE FROM login_attempts WHERE name = $1', [name])
    },
  }
}
