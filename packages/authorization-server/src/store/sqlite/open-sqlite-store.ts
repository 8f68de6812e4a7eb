/** The store in one SQLite file: everything shares one connection and one epoch. */
import { createSqliteLedger, openDatabase, openEpoch } from '@countersign/ledgers/sqlite'
import { LONGEST_USE } from '../../revocation/revocations.ts'
import type { DurableStore, StoreParts } from '../durable-store.ts'
import { NONCE_SECRET } from '../secrets.ts'
import { createSqliteArtefacts } from './artefacts.ts'
import { createSqliteAttempts } from './attempts.ts'
import { createSqliteRevocations } from './revocations.ts'
import { authorizationServerSchema } from './schema.ts'
import { createSqliteKeys, createSqliteSecrets } from './secrets.ts'
import { createSqliteUsers } from './users.ts'

/** Opens or creates the file; throws `DatabaseUnusable` when that cannot be. */
export function openSqliteStore(path: string, { now, revokedWhenLost, onMemoryLost }: StoreParts): DurableStore {
  const database = openDatabase(path, authorizationServerSchema)
  try {
    const artefacts = createSqliteArtefacts(database, now)
    const revocations = createSqliteRevocations({ database, artefacts, now })
    const startAnew = () => {
      const before = Math.ceil(now())
      artefacts.clear()
      database.prepare('DELETE FROM secrets WHERE name = ?').run(NONCE_SECRET)
      for (const key of revokedWhenLost) revocations.add({ key, before, until: before + LONGEST_USE })
      onMemoryLost()
    }
    const epoch = openEpoch({ database, path, clock: now, onMemoryLost: startAnew })
    const ledger = createSqliteLedger({ database, epoch }, now)
    return {
      artefacts: artefacts.store,
      revocations: revocations.open(epoch),
      users: createSqliteUsers(database),
      attempts: createSqliteAttempts(database),
      secrets: createSqliteSecrets(database),
      keys: createSqliteKeys(database, epoch),
      allowsClear: true,
      ledger,
      notBefore: epoch.notBefore,
      async probe() {
        epoch.transact(() => undefined)
      },
      async close() {
        if (!database.isOpen) return
        ledger.close()
        epoch.close()
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}
