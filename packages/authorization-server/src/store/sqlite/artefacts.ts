/** Artefacts in SQLite: what each statement does and nothing more. */
import type { DatabaseSync } from 'node:sqlite'
import type { RevocationKind } from '@countersign/core/wire'
import { type ArtefactStore, digestId, PURGE_GRACE, PURGE_STEP, readArtefact } from '../artefact-store.ts'

/** The store, and what runs inside a transaction of somebody else's. */
export interface SqliteArtefacts {
  readonly store: ArtefactStore
  /** Removes what falls with a revocation. */
  removeRevoked(kind: RevocationKind, id: string): void
  /** Removes everything. */
  clear(): void
}

/** Prepares the statements on an open database. `now` yields a NumericDate. */
export function createSqliteArtefacts(database: DatabaseSync, now: () => number): SqliteArtefacts {
  const columns = 'payload, grant_id AS grantDigest, consumed, expires'
  const upsert = database.prepare(`
    INSERT INTO artefacts (model, id, payload, grant_id, uid, expires) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, id) DO UPDATE SET
      payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires = excluded.expires`)
  const select = database.prepare(`SELECT ${columns} FROM artefacts WHERE model = ? AND id = ?`)
  const selectByUid = database.prepare(`SELECT ${columns} FROM artefacts WHERE model = ? AND uid = ?`)
  const consume = database.prepare('UPDATE artefacts SET consumed = ? WHERE model = ? AND id = ? AND consumed IS NULL')
  const remove = database.prepare('DELETE FROM artefacts WHERE model = ? AND id = ?')
  const removeByGrant = database.prepare('DELETE FROM artefacts WHERE grant_id = ? AND model = ?')
  const selectGrant = database.prepare(`SELECT 1 FROM artefacts WHERE model = 'Grant' AND id = ?`)
  const purge = database.prepare(`
    DELETE FROM artefacts WHERE (model, id) IN
      (SELECT model, id FROM artefacts WHERE expires <= ? ORDER BY expires LIMIT ${PURGE_STEP})`)

  return {
    store: {
      async save(model, id, { jti: _credential, ...payload }, expires) {
        const { grantId, uid } = payload
        const grant = grantId === undefined ? null : digestId(grantId)
        upsert.run(model, digestId(id), JSON.stringify(payload), grant, uid ?? null, expires ?? null)
        purge.run(Math.floor(now()) - PURGE_GRACE)
      },
      async find(model, id) {
        return readArtefact(select.get(model, digestId(id)), id)
      },
      async findByUid(model, uid) {
        return readArtefact(selectByUid.get(model, uid))
      },
      async markConsumed(model, id, time) {
        consume.run(time, model, digestId(id))
      },
      async remove(model, id) {
        remove.run(model, digestId(id))
      },
      async removeByGrant(model, grantId) {
        removeByGrant.run(digestId(grantId), model)
      },
      hasGrant: async (grant) => selectGrant.get(grant) !== undefined,
    },
    removeRevoked: prepareRemovals(database),
    clear() {
      database.exec('DELETE FROM artefacts')
    },
  }
}

function prepareRemovals(database: DatabaseSync): SqliteArtefacts['removeRevoked'] {
  const removals = new Map(
    Object.entries({
      token: `model IN ('AccessToken', 'ClientCredentials') AND id = :id`,
      grant: `grant_id = :id OR (model = 'Grant' AND id = :id)`,
      client: `payload ->> '$.clientId' = :id`,
      subject: `payload ->> '$.accountId' = :id OR payload ->> '$.session.accountId' = :id`,
      agent: `payload ->> '$.jkt' = :id`,
    }).map(([kind, condition]) => [kind, database.prepare(`DELETE FROM artefacts WHERE ${condition}`)]),
  )
  return (kind, id) => {
    removals.get(kind)?.run({ id })
  }
}
