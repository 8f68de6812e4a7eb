/** Codes, tokens, grants, sessions and interactions in SQLite: what each statement does and nothing more. */
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
  /** The digest of the id of the grant that it stands on. */
  readonly grant: string | undefined
  readonly consumed: number | undefined
  readonly expires: number | undefined
}

/** Artefacts by model and id; ids are credentials and are kept as their SHA-256 alone. Grants are named by that digest. */
export interface ArtefactStore {
  save(model: string, id: string, payload: Payload, expires: number | undefined): void
  find(model: string, id: string): Artefact | undefined
  findByUid(model: string, uid: string): Artefact | undefined
  markConsumed(model: string, id: string, time: number): void
  remove(model: string, id: string): void
  /** Removes the artefacts of one model that stand on a grant; takes its id. */
  removeByGrant(model: string, grantId: string): void
  /** True while the grant is there. */
  hasGrant(grant: string): boolean
  /** Removes a grant and all that stands on it. */
  removeFamily(grant: string): void
  /** Removes an opaque access token by the digest of its value. */
  removeAccessToken(digest: string): void
  /** Removes everything that was issued to a client. */
  removeOfClient(clientId: string): void
  /** Removes everything that is bound to a key, by its RFC 7638 thumbprint. */
  removeOfKey(thumbprint: string): void
  /** Removes everything that a person gave or has open: grants, tokens, codes, sessions, interactions. */
  removeOfSubject(subject: string): void
  /** Removes everything. */
  clear(): void
}

/** Rows past their time that one write sweeps away, at most. */
const PURGE_STEP = 16

/** Rows outlive their time by this many seconds, so that a late use is told "expired" and not "unknown". */
const PURGE_GRACE = 60

/** Prepares the statements on an open database. */
export function createArtefactStore(database: DatabaseSync, now: () => number): ArtefactStore {
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
  const removeFamily = database.prepare(
    `DELETE FROM artefacts WHERE grant_id = :grant OR (model = 'Grant' AND id = :grant)`,
  )
  const removeToken = database.prepare(
    `DELETE FROM artefacts WHERE model IN ('AccessToken', 'ClientCredentials') AND id = ?`,
  )
  const removeOfClient = database.prepare(`DELETE FROM artefacts WHERE payload ->> '$.clientId' = ?`)
  const removeOfKey = database.prepare(`DELETE FROM artefacts WHERE payload ->> '$.jkt' = ?`)
  const removeOfSubject = database.prepare(`
    DELETE FROM artefacts WHERE payload ->> '$.accountId' = :subject OR payload ->> '$.session.accountId' = :subject`)
  const purge = database.prepare(`
    DELETE FROM artefacts WHERE (model, id) IN
      (SELECT model, id FROM artefacts WHERE expires <= ? ORDER BY expires LIMIT ${PURGE_STEP})`)

  return {
    save(model, id, { jti: _credential, ...payload }, expires) {
      const { grantId, uid } = payload
      const grant = grantId === undefined ? null : digestId(grantId)
      upsert.run(model, digestId(id), JSON.stringify(payload), grant, uid ?? null, expires ?? null)
      purge.run(Math.floor(now()) - PURGE_GRACE)
    },
    find(model, id) {
      return readArtefact(select.get(model, digestId(id)), id)
    },
    findByUid(model, uid) {
      return readArtefact(selectByUid.get(model, uid))
    },
    markConsumed(model, id, time) {
      consume.run(time, model, digestId(id))
    },
    remove(model, id) {
      remove.run(model, digestId(id))
    },
    removeByGrant(model, grantId) {
      removeByGrant.run(digestId(grantId), model)
    },
    hasGrant: (grant) => selectGrant.get(grant) !== undefined,
    removeFamily(grant) {
      removeFamily.run({ grant })
    },
    removeAccessToken(digest) {
      removeToken.run(digest)
    },
    removeOfClient(clientId) {
      removeOfClient.run(clientId)
    },
    removeOfKey(thumbprint) {
      removeOfKey.run(thumbprint)
    },
    removeOfSubject(subject) {
      removeOfSubject.run({ subject })
    },
    clear() {
      database.exec('DELETE FROM artefacts')
    },
  }
}

/** What an id is kept as: SHA-256, base64url. */
export function digestId(id: string): string {
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
    grant: typeof row.grantDigest === 'string' ? row.grantDigest : undefined,
    consumed,
    expires: typeof row.expires === 'number' ? row.expires : undefined,
  }
}
