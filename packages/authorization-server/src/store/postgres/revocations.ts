/** The list of revocations in PostgreSQL, and what each of them takes away. */
import type { RevocationEntry } from '@countersign/core/wire'
import type { PostgresDatabase, PostgresQuery } from '@countersign/ledgers/postgres'
import { type ListedRevocation, type RevocationStore, revokedForGood } from '../../revocation/revocation-store.ts'
import { LONGEST_USE } from '../../revocation/revocations.ts'
import { PURGE_STEP } from '../artefact-store.ts'
import { removeRevoked } from './artefacts.ts'

/** Held until the end of the transaction: who comes next sees all entries with lower numbers. */
const LOCK = 'SELECT newest FROM revocation_counter FOR UPDATE'

const ADD = `
  WITH counted AS (
    UPDATE revocation_counter SET newest = newest + 1
    WHERE NOT EXISTS (SELECT 1 FROM revocations WHERE key = $1 AND before >= $2 AND until >= $3)
    RETURNING newest)
  INSERT INTO revocations (sequence, key, before, until) SELECT newest, $1, $2, $3 FROM counted`

const PURGE = `
  DELETE FROM revocations WHERE sequence IN
    (SELECT sequence FROM revocations WHERE until <= $1::double precision ORDER BY until LIMIT ${PURGE_STEP})`

const COVERS = `
  SELECT EXISTS (SELECT 1 FROM revocations
    WHERE key = ANY($1::text[]) AND until > $2::double precision AND before >= $3::double precision) AS covered`

/** One statement, so that the newest number and the entries are of one moment. */
const READ = `
  SELECT c.newest, r.sequence, r.key, r.before, r.until FROM revocation_counter c LEFT JOIN LATERAL (
    SELECT * FROM revocations
    WHERE sequence > CASE WHEN $1 <= c.newest THEN $1 ELSE 0 END AND until > $2::double precision
    ORDER BY sequence LIMIT $3) r ON true ORDER BY r.sequence`

type Row = { readonly newest: number } & (RevocationEntry | Readonly<Record<keyof RevocationEntry, null>>)

/** Creates the store; `now` yields a NumericDate. */
export function createPostgresRevocations(
  database: Pick<PostgresDatabase, 'query' | 'transact' | 'epoch'>,
  now: () => number,
): RevocationStore {
  const covers = async (keys: readonly string[], issued: number): Promise<boolean> => {
    const { rows } = await database.query<{ covered: boolean }>(COVERS, [[...keys], now(), issued])
    return rows[0]?.covered !== false
  }
  return {
    async revoke({ kind, id }, listed) {
      // Of many who find a family's code used again, one ends it, and the others need not wait for the lock.
      if (revokedForGood.has(kind) && (await covers([listed.key], Math.ceil(now())))) return
      // In this order, and in one message.
      await database.transact((query) =>
        Promise.all([query(LOCK), removeRevoked(query, kind, id), ...add(query, listed, now())]),
      )
    },
    covers,
    async read({ after, epoch: known }, limit) {
      const epoch = database.epoch.id
      const { rows } = await database.query<Row>(READ, [known === epoch ? after : 0, now(), limit])
      const [first] = rows
      if (first === undefined) throw new Error('The counter of revocations is gone.')
      const entries = rows.flatMap((row) => (row.sequence === null ? [] : [toEntry(row)]))
      return { epoch, sequence: first.newest, entries }
    },
  }
}

function add(query: PostgresQuery, { key, before, until }: ListedRevocation, now: number): Promise<unknown>[] {
  return [query(ADD, [key, before, until]), query(PURGE, [now])]
}

/** In the transaction that starts an epoch: ends what was issued to these clients before it, whatever was lost. */
export async function revokeLost(query: PostgresQuery, keys: readonly string[], before: number): Promise<void> {
  await query(LOCK)
  for (const key of keys) await Promise.all(add(query, { key, before, until: before + LONGEST_USE }, before))
}

function toEntry({ sequence, key, before, until }: RevocationEntry): RevocationEntry {
  return { sequence, key, before, until }
}
