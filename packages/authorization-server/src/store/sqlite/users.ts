/** People in SQLite: what each statement does and nothing more. */
import type { DatabaseSync } from 'node:sqlite'
import type { UserRows } from '../users.ts'

/** Prepares the statements on an open database. */
export function createSqliteUsers(database: DatabaseSync): UserRows {
  const upsert = database.prepare(`
    INSERT INTO users (subject, name, password) SELECT :subject, :name, :password
    WHERE NOT EXISTS (SELECT 1 FROM users WHERE name = :name AND subject <> :subject)
    ON CONFLICT (subject) DO UPDATE SET name = excluded.name, password = excluded.password`)
  const bySubject = database.prepare('SELECT name FROM users WHERE subject = ?')
  const byName = database.prepare('SELECT subject, password FROM users WHERE name = ?')
  return {
    put: async ({ subject, name, password }) => upsert.run({ subject, name, password }).changes === 1,
    async nameOf(subject) {
      const name = bySubject.get(subject)?.name
      return typeof name === 'string' ? name : undefined
    },
    async findByName(name) {
      const row = byName.get(name)
      return row === undefined ? undefined : { subject: String(row.subject), password: String(row.password) }
    },
  }
}
