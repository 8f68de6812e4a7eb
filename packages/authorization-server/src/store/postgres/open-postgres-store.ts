/** The store in a PostgreSQL database, which many processes on many hosts may share. */
import {
  createPostgresLedger,
  openPostgres,
  type PostgresDatabase,
  type PostgresQuery,
  type PostgresValue,
} from '@countersign/ledgers/postgres'
import type { DurableStore, StoreParts } from '../durable-store.ts'
import { refuseWhileUnavailable } from '../unavailable.ts'
import { createPostgresArtefacts } from './artefacts.ts'
import { createPostgresAttempts } from './attempts.ts'
import { createPostgresRevocations, revokeLost } from './revocations.ts'
import { authorizationServerMigrations } from './schema.ts'
import { createPostgresKeys, createPostgresSecrets } from './secrets.ts'
import { createPostgresUsers } from './users.ts'

/** Its tables lie in a schema of this name. */
const SCHEMA = 'countersign'

/** Opens it, making or migrating its tables under a lock; rejects with `StoreUnusable` when that cannot be. */
export async function openPostgresStore(
  url: string,
  { issuer, now, revokedWhenLost, onMemoryLost }: StoreParts,
): Promise<DurableStore> {
  const database = await openPostgres(url, {
    name: 'authorization server',
    schema: SCHEMA,
    deployment: issuer,
    migrations: authorizationServerMigrations,
    clock: now,
    async onMemoryLost(query, { notBefore }) {
      await query('DELETE FROM artefacts')
      // Until then another server may have confirmed revocations that this one does not know of.
      await revokeLost(query, revokedWhenLost, Math.ceil(notBefore))
      onMemoryLost()
    },
  })
  try {
    const ledger = await createPostgresLedger({ database }, now)
    return assemble({ database, ledger, now })
  } catch (error) {
    await database.close()
    throw error
  }
}

interface Opened {
  readonly database: PostgresDatabase
  readonly ledger: Awaited<ReturnType<typeof createPostgresLedger>>
  readonly now: () => number
}

function assemble({ database, ledger, now }: Opened): DurableStore {
  const query: PostgresQuery = <Row>(text: string, values?: readonly PostgresValue[]) =>
    refuseWhileUnavailable(() => database.query<Row>(text, values))()
  const transact: PostgresDatabase['transact'] = (work) => refuseWhileUnavailable(() => database.transact(work))()
  const guarded = {
    query,
    transact,
    get epoch() {
      return database.epoch
    },
  }
  return {
    artefacts: createPostgresArtefacts(query, now),
    revocations: createPostgresRevocations(guarded, now),
    users: createPostgresUsers(query),
    attempts: createPostgresAttempts(query),
    secrets: createPostgresSecrets(query),
    keys: createPostgresKeys(guarded),
    allowsClear: false,
    ledger,
    shared: database,
    async probe() {
      const text = 'INSERT INTO probe (at) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at'
      await database.query(text, [now()])
    },
    async close() {
      await ledger.close()
      await database.close()
    },
  }
}
