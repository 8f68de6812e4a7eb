/** The list of revocations in SQLite, and what each of them takes away. */
import type { DatabaseSync } from 'node:sqlite'
import type { Epoch } from '@countersign/ledgers/sqlite'
import { type ListedRevocation, type RevocationStore, revokedForGood } from '../../revocation/revocation-store.ts'
import { PURGE_STEP } from '../artefact-store.ts'
import type { SqliteArtefacts } from './artefacts.ts'

/** What it works with; `now` yields a NumericDate. */
export interface SqliteRevocationParts {
  readonly database: DatabaseSync
  readonly artefacts: Pick<SqliteArtefacts, 'removeRevoked'>
  readonly now: () => number
}

/** The list, before there is an epoch. */
export interface SqliteRevocationList {
  /** Adds one, inside a transaction of somebody else's. */
  add(revocation: ListedRevocation): void
  /** The store, whose changes are counted in an epoch. */
  open(epoch: Epoch): RevocationStore
}

/** Prepares the statements on an open database. */
export function createSqliteRevocations({ database, artefacts, now }: SqliteRevocationParts): SqliteRevocationList {
  const insert = database.prepare('INSERT INTO revocations (key, before, until) VALUES (?, ?, ?)')
  const widest = database.prepare('SELECT max(before) AS before FROM revocations WHERE key = ? AND until > ?')
  const atLeast = database.prepare('SELECT 1 FROM revocations WHERE key = ? AND before >= ? AND until >= ? LIMIT 1')
  const newest = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'")
  const select = database.prepare(`
    SELECT sequence, key, before, until FROM revocations
    WHERE sequence > ? AND sequence <= ? AND until > ? ORDER BY sequence LIMIT ?`)
  const purge = database.prepare(`
    DELETE FROM revocations WHERE sequence IN
      (SELECT sequence FROM revocations WHERE until <= ? ORDER BY until LIMIT ${PURGE_STEP})`)

  const reach = (key: string) => Number(widest.get(key, now())?.before ?? Number.NEGATIVE_INFINITY)
  const add = ({ key, before, until }: ListedRevocation): void => {
    if (atLeast.get(key, before, until) !== undefined) return
    insert.run(key, before, until)
    purge.run(now())
  }
  const open = (epoch: Epoch): RevocationStore => ({
    async revoke({ kind, id }, listed) {
      epoch.transact(() => {
        artefacts.removeRevoked(kind, id)
        if (!revokedForGood.has(kind) || reach(listed.key) < Math.ceil(now())) add(listed)
      })
    },
    covers: async (keys, issued) => keys.some((key) => reach(key) >= issued),
    async read({ after, epoch: known }, limit) {
      const sequence = Number(newest.get()?.seq ?? 0)
      const from = known === epoch.id && after <= sequence ? after : 0
      // Bounded by what was just read: another process may add one in between.
      const rows = select.all(from, sequence, now(), limit)
      const entries = rows.map((row) => ({
        sequence: Number(row.sequence),
        key: String(row.key),
        before: Number(row.before),
        until: Number(row.until),
      }))
      return { epoch: epoch.id, sequence, entries }
    },
  })
  return { add, open }
}
