/** People in PostgreSQL. */
import { type PostgresQuery, StatementFailed } from '@countersign/ledgers/postgres'
import type { UserRow, UserRows } from '../users.ts'
import { toText } from './text.ts'

const PUT = `
  INSERT INTO users (subject, name, password) VALUES ($1, $2, $3)
  ON CONFLICT (subject) DO UPDATE SET name = excluded.name, password = excluded.password`

/** SQLSTATE for a value that has to be unique and is not. */
const UNIQUE_VIOLATION = '23505'

/** Creates it. */
export function createPostgresUsers(query: PostgresQuery): UserRows {
  return {
    async put({ subject, name, password }) {
      try {
        await query(PUT, [toText(subject), toText(name), password])
        return true
      } catch (error) {
        if (error instanceof StatementFailed && error.code === UNIQUE_VIOLATION) return false
        throw error
      }
    },
    async nameOf(subject) {
      const { rows } = await query<UserRow>('SELECT name FROM users WHERE subject = $1', [toText(subject)])
      return rows[0]?.name
    },
    async findByName(name) {
      const text = 'SELECT subject, password FROM users WHERE name = $1'
      return (await query<Omit<UserRow, 'name'>>(text, [toText(name)])).rows[0]
    },
  }
}
