/** Artefacts in PostgreSQL: one statement for each call. */
import type { RevocationKind } from '@countersign/core/wire'
import type { PostgresQuery } from '@countersign/ledgers/postgres'
import {
  type ArtefactRow,
  type ArtefactStore,
  digestId,
  PURGE_GRACE,
  PURGE_STEP,
  readArtefact,
} from '../artefact-store.ts'
import { toText } from './text.ts'

const SELECT = 'SELECT payload, grant_id AS "grantDigest", consumed, expires FROM artefacts'

/** What it writes and what it sweeps away are different rows: one statement cannot touch a row twice. */
const SAVE = `
  WITH purged AS (
    DELETE FROM artefacts WHERE (model, id) IN (
      SELECT model, id FROM artefacts WHERE expires <= $10 AND NOT (model = $1 AND id = $2)
      ORDER BY expires LIMIT ${PURGE_STEP} FOR UPDATE SKIP LOCKED))
  INSERT INTO artefacts (model, id, payload, grant_id, uid, client_id, subject, jkt, expires)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (model, id) DO UPDATE SET
    payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, client_id = excluded.client_id,
    subject = excluded.subject, jkt = excluded.jkt, expires = excluded.expires`

/** Creates the store; `now` yields a NumericDate. */
export function createPostgresArtefacts(query: PostgresQuery, now: () => number): ArtefactStore {
  const find = async (condition: string, values: readonly string[]) =>
    (await query<ArtefactRow>(`${SELECT} WHERE ${condition}`, values)).rows[0]
  const change = async (text: string, values: readonly (string | number)[]) => {
    await query(text, values)
  }
  return {
    async save(model, id, { jti: _credential, ...payload }, expires) {
      const { grantId, uid, clientId, jkt } = payload
      const columns = [grantId === undefined ? undefined : digestId(grantId), uid, clientId, findSubject(payload), jkt]
      const texts = columns.map((value) => (typeof value === 'string' ? toText(value) : null))
      const oldest = Math.floor(now()) - PURGE_GRACE
      await query(SAVE, [model, digestId(id), JSON.stringify(payload), ...texts, expires ?? null, oldest])
    },
    find: async (model, id) => readArtefact(await find('model = $1 AND id = $2', [model, digestId(id)]), id),
    findByUid: async (model, uid) => readArtefact(await find('model = $1 AND uid = $2', [model, toText(uid)])),
    markConsumed: (model, id, time) =>
      change('UPDATE artefacts SET consumed = $3 WHERE model = $1 AND id = $2 AND consumed IS NULL', [
        model,
        digestId(id),
        time,
      ]),
    remove: (model, id) => change('DELETE FROM artefacts WHERE model = $1 AND id = $2', [model, digestId(id)]),
    removeByGrant: (model, grantId) =>
      change('DELETE FROM artefacts WHERE grant_id = $2 AND model = $1', [model, digestId(grantId)]),
    hasGrant: async (grant) => (await find(`model = 'Grant' AND id = $1`, [toText(grant)])) !== undefined,
  }
}

const removals: Partial<Record<RevocationKind, string>> = {
  token: `DELETE FROM artefacts WHERE model IN ('AccessToken', 'ClientCredentials') AND id = $1`,
  grant: `DELETE FROM artefacts WHERE grant_id = $1 OR (model = 'Grant' AND id = $1)`,
  client: 'DELETE FROM artefacts WHERE client_id = $1',
  subject: 'DELETE FROM artefacts WHERE subject = $1',
  agent: 'DELETE FROM artefacts WHERE jkt = $1',
}

/** Removes what falls with a revocation, in the transaction that `query` belongs to. */
export async function removeRevoked(query: PostgresQuery, kind: RevocationKind, id: string): Promise<void> {
  const removal = removals[kind]
  if (removal !== undefined) await query(removal, [toText(id)])
}

/** Whose it is: an interaction belongs to the session in which it began. */
function findSubject({ accountId, session }: Readonly<Record<string, unknown>>): unknown {
  if (accountId !== undefined) return accountId
  return typeof session === 'object' && session !== null && 'accountId' in session ? session.accountId : undefined
}
