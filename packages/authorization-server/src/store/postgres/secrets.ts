/** Secrets and signing keys in PostgreSQL, where none lies in clear. */
import type { PostgresDatabase, PostgresQuery } from '@countersign/ledgers/postgres'
import type { KeyRows, Replacement, SecretRows } from '../../keys/key-store.ts'
import type { StoredSecret } from '../../keys/vault.ts'

const SELECT = 'name, value, sealed_with AS "sealedWith"'

const ADD_KEY = `
  INSERT INTO keys (kid, name, value, sealed_with, active_from) SELECT $1, $2, $3, $4, $5
  WHERE NOT EXISTS (SELECT 1 FROM keys WHERE active_from > $6)`

/** Creates the store of secrets. */
export function createPostgresSecrets(query: PostgresQuery): SecretRows {
  return {
    async add(secret) {
      const text = 'INSERT INTO secrets (name, value, sealed_with) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING'
      await query(text, [secret.name, secret.value, assertSealed(secret)])
    },
    find: async (name) => (await query<StoredSecret>(`SELECT ${SELECT} FROM secrets WHERE name = $1`, [name])).rows[0],
    replace: (replacement) => replace(query, 'secrets', replacement),
    async remove(name) {
      await query('DELETE FROM secrets WHERE name = $1', [name])
    },
  }
}

/** Creates the store of keys. */
export function createPostgresKeys({ query, transact }: Pick<PostgresDatabase, 'query' | 'transact'>): KeyRows {
  return {
    async list() {
      const text = `SELECT kid, active_from AS "activeFrom", ${SELECT} FROM keys`
      const { rows } = await query<StoredSecret & { kid: string; activeFrom: number }>(text)
      return rows.map(({ kid, activeFrom, ...secret }) => ({ kid, activeFrom, secret }))
    },
    add: ({ kid, activeFrom, secret }, unlessAfter) =>
      transact(async (run) => {
        // Of two that look at once, the second sees what the first has added.
        await run('LOCK TABLE keys IN EXCLUSIVE MODE')
        await run(ADD_KEY, [kid, secret.name, secret.value, assertSealed(secret), activeFrom, unlessAfter])
      }),
    replaceAll: ({ kid, activeFrom, secret }) =>
      transact(async (run) => {
        await run('LOCK TABLE keys IN EXCLUSIVE MODE')
        await run('DELETE FROM keys')
        await run(ADD_KEY, [kid, secret.name, secret.value, assertSealed(secret), activeFrom, activeFrom])
      }),
    replace: (replacement) => replace(query, 'keys', replacement),
    async remove(kids) {
      await query('DELETE FROM keys WHERE kid = ANY($1::text[])', [[...kids]])
    },
  }
}

async function replace(query: PostgresQuery, table: 'secrets' | 'keys', { from, to }: Replacement): Promise<void> {
  const text = `UPDATE ${table} SET value = $1, sealed_with = $2 WHERE name = $3 AND value = $4`
  await query(text, [to.value, assertSealed(to), from.name, from.value])
}

function assertSealed({ name, sealedWith }: StoredSecret): string {
  if (sealedWith === undefined) throw new Error(`The secret ${name} would lie in the database in clear.`)
  return sealedWith
}
