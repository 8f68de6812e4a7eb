/** Secrets and signing keys in SQLite: what each statement does and nothing more. */
import type { DatabaseSync } from 'node:sqlite'
import type { Epoch } from '@countersign/ledgers/sqlite'
import type { KeyRows, SecretRows } from '../../keys/key-store.ts'
import type { StoredSecret } from '../../keys/vault.ts'

/** Prepares the statements on an open database. */
export function createSqliteSecrets(database: DatabaseSync): SecretRows {
  const insert = database.prepare(
    'INSERT INTO secrets (name, value, sealed_with) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const select = database.prepare('SELECT name, value, sealed_with FROM secrets WHERE name = ?')
  const update = database.prepare('UPDATE secrets SET value = ?, sealed_with = ? WHERE name = ? AND value = ?')
  const remove = database.prepare('DELETE FROM secrets WHERE name = ?')
  return {
    async add({ name, value, sealedWith }) {
      insert.run(name, value, sealedWith ?? null)
    },
    async find(name) {
      const row = select.get(name)
      return row === undefined ? undefined : readSecret(row)
    },
    async replace({ from, to }) {
      withoutTrace(database, () => update.run(to.value, to.sealedWith ?? null, from.name, from.value))
    },
    async remove(name) {
      withoutTrace(database, () => remove.run(name))
    },
  }
}

/** Keys count in the epoch: a copy of before one was added is noticed. */
export function createSqliteKeys(database: DatabaseSync, epoch: Epoch): KeyRows {
  const select = database.prepare('SELECT kid, name, value, sealed_with, active_from FROM keys')
  const insert = database.prepare(`
    INSERT INTO keys (kid, name, value, sealed_with, active_from) SELECT ?, ?, ?, ?, ?
    WHERE NOT EXISTS (SELECT 1 FROM keys WHERE active_from > ?)`)
  const update = database.prepare('UPDATE keys SET value = ?, sealed_with = ? WHERE name = ? AND value = ?')
  const remove = database.prepare('DELETE FROM keys WHERE kid = ?')
  return {
    list: async () =>
      select
        .all()
        .map((row) => ({ kid: String(row.kid), activeFrom: Number(row.active_from), secret: readSecret(row) })),
    async add({ kid, activeFrom, secret: { name, value, sealedWith } }, unlessAfter) {
      epoch.transact(() => insert.run(kid, name, value, sealedWith ?? null, activeFrom, unlessAfter))
    },
    async replaceAll({ kid, activeFrom, secret: { name, value, sealedWith } }) {
      withoutTrace(database, () =>
        epoch.transact(() => {
          database.exec('DELETE FROM keys')
          insert.run(kid, name, value, sealedWith ?? null, activeFrom, activeFrom)
        }),
      )
    },
    async replace({ from, to }) {
      withoutTrace(database, () => update.run(to.value, to.sealedWith ?? null, from.name, from.value))
    },
    async remove(kids) {
      withoutTrace(database, () =>
        epoch.transact(() => {
          for (const kid of kids) remove.run(kid)
        }),
      )
    },
  }
}

function readSecret({ name, value, sealed_with }: Record<string, unknown>): StoredSecret {
  if (!(value instanceof Uint8Array)) throw new Error(`The secret ${String(name)} is no octets.`)
  return { name: String(name), value, sealedWith: typeof sealed_with === 'string' ? sealed_with : undefined }
}

/** Overwrites what the change sets free, in the file and in its log. */
function withoutTrace(database: DatabaseSync, work: () => unknown): void {
  database.exec('PRAGMA secure_delete = ON')
  try {
    work()
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    database.exec('PRAGMA secure_delete = OFF')
  }
}
