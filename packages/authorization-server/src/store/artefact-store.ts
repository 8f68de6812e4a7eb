/** Codes, refresh tokens, grants, sessions and interactions in SQLite: what each statement does and nothing more. */
import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** An artefact as oidc-provider hands it over: its own JSON. `jti` is its id. */
export interface Payload {
  readonly jti?: string
  readonly uid?: string
  readonly grantId?: string
  readonly [member: string]: unknown
}

/** One artefact as it was kept. Times are NumericDates. */
interface Artefact {
  readonly payload: Payload
  readonly grantId: string | undefined
  readonly consumed: number | undefined
  readonly expires: number | undefined
}

/** Artefacts by model and id; ids are credentials and are kept as their SHA-256 alone. */
export interface ArtefactStore {
  save(model: string, id: string, payload: Payload, expires: number | undefined): void
  find(model: string, id: string): Artefact | undefined
  findByUid(model: string, uid: string): Artefact | undefined
  markConsumed(model: string, id: string, time: number): void
  remove(model: string, id: string): void
  /** Removes the artefacts of one model that stand on a grant. */
  removeByGrant(model: string, grantId: string): void
  /** Removes a grant and all that stands on it, at once. */
  revokeFamily(grantId: string): void
}

/** Rows past their time that one write sweeps away, at most. */
const PURGE_STEP = 16

/** Rows outlive their time by this many seconds, so that a late use is told "expired" and not "unknown". */
const PURGE_GRACE = 60

/** Prepares the statements on an open database. */
export function createArtefactStore(database: DatabaseSync, now: () => number): ArtefactStore {
  const columns = 'payload, grant_id AS grantId, consumed, expires'
  const upsert = database.prepare(`
    INSERT INTO artefacts (model, id, payload, grant_id, uid, expires) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, id) DO UPDATE SET
      payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires = excluded.expires`)
  const select = database.prepare(`SELECT ${columns} FROM artefacts WHERE model = ? AND id = ?`)
  const selectByUid = database.prepare(`SELECT ${columns} FROM artefacts WHERE model = ? AND uid = ?`)
  const consume = database.prepare('UPDATE artefacts SET consumed = ? WHERE model = ? AND id = ? AND consumed IS NULL')
  const remove = database.prepare('DELETE FROM artefacts WHERE model = ? AND id = ?')
  const removeByGrant = database.prepare('DELETE FROM artefacts WHERE grant_id = ? AND model = ?')
  const revoke = database.prepare(`DELETE FROM artefacts WHERE grant_id = :grant OR (model = 'Grant' AND id = :id)`)
  const purge = database.prepare(`
    DELETE FROM artefacts WHERE (model, id) IN
      (SELECT model, id FROM artefacts WHERE expires <= ? ORDER BY expires LIMIT ${PURGE_STEP})`)

  return {
    save(model, id, { jti: _credential, ...payload }, expires) {
      const { grantId, uid } = payload
      upsert.run(model, digest(id), JSON.stringify(payload), grantId ?? null, uid ?? null, expires ?? null)
      purge.run(Math.floor(now()) - PURGE_GRACE)
    },
    find(model, id) {
      return readArtefact(select.get(model, digest(id)), id)
    },
    findByUid(model, uid) {
      return readArtefact(selectByUid.get(model, uid))
    },
    markConsumed(model, id, time) {
      consume.run(time, model, digest(id))
    },
    remove(model, id) {
      remove.run(model, digest(id))
    },
    removeByGrant(model, grantId) {
      removeByGrant.run(grantId, model)
    },
    revokeFamily(grantId) {
      revoke.run({ grant: grantId, id: digest(grantId) })
    },
  }
}

function digest(id: string): string {
  return hash('sha256', id, 'base64url')
}

/** Puts the id back into the payload: it was asked for by it, and is nowhere else. */
function readArtefact(row: Record<string, unknown> | undefined, id?: string): Artefact | undefined {
  if (typeof row?.payload !== 'string') return undefined
  const consumed = typeof row.consumed === 'number' ? row.consumed : undefined
  return {
    payload: {
      ...JSON.parse(row.payload),
      ...(id === undefined ? {} : { jti: id }),
      ...(consumed === undefined ? {} : { consumed }),
    },
    grantId: typeof row.grantId === 'string' ? row.grantId : undefined,
    consumed,
    expires: typeof row.expires === 'number' ? row.expires : undefined,
  }
}
