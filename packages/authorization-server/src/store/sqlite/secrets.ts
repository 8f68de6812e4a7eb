/** Secrets in SQLite: what each statement does and nothing more. */
import type { DatabaseSync } from 'node:sqlite'
import type { SecretRows } from '../secrets.ts'

/** Prepares the statements on an open database. */
export function createSqliteSecrets(database: DatabaseSync): SecretRows {
  const insert = database.prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const select = database.prepare('SELECT value FROM secrets WHERE name = ?')
  return {
    async add(name, value) {
      insert.run(name, value)
    },
    async find(name) {
      const value = select.get(name)?.value
      return value instanceof Uint8Array ? value : undefined
    },
  }
}
