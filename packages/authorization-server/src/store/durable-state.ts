/** What an authorization server keeps in its database, opened together: they share one connection and one epoch. */
import type { DatabaseSync } from 'node:sqlite'
import { type Ledger, systemClock, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { revocationKey } from '@countersign/core/wire'
import { createSqliteLedger, type Epoch, openDatabase, openEpoch } from '@countersign/ledgers/sqlite'
import type { AuthorizationServerOptions } from '../configuration/options.ts'
import type { Log } from '../log.ts'
import { createRevocationList, type RevocationList } from '../revocation/revocation-list.ts'
import { createRevocations, LONGEST_USE, type Revocations } from '../revocation/revocations.ts'
import { type ArtefactStore, createArtefactStore } from './artefact-store.ts'
import { authorizationServerSchema } from './schema.ts'
import { forgetNonces } from './secrets.ts'

/** The parts. */
export interface DurableState {
  readonly database: DatabaseSync
  readonly epoch: Epoch
  readonly ledger: Ledger
  readonly store: ArtefactStore
  readonly revocations: Revocations
  readonly verifier: Verifier
  /** Yields a NumericDate. */
  readonly now: () => number
  close(): void
}

/** Opens or creates the database of these options; throws `DatabaseUnusable` when that cannot be. */
export async function openDurableState(options: AuthorizationServerOptions, log: Log): Promise<DurableState> {
  const { issuer, clients = [] } = options
  // The library reads the system clock itself; one server must not live in two times.
  const now = systemClock
  const verifier = createFastVerifier()
  const keys = await Promise.all(clients.map(({ clientId }) => revocationKey(verifier, 'client', issuer, clientId)))
  const database = openDatabase(options.database, authorizationServerSchema)
  try {
    const store = createArtefactStore(database, now)
    const list = createRevocationList(database, now)
    const onMemoryLost = () => {
      startAnew({ database, store, list, clientKeys: keys, time: Math.ceil(now()) })
      log({ type: 'memory_lost' })
    }
    const epoch = openEpoch({ database, path: options.database, clock: now, onMemoryLost })
    const own = createSqliteLedger({ database, epoch }, now)
    const revocations = createRevocations({ issuer, epoch, list, store, verifier, now, log })
    const close = () => {
      if (!database.isOpen) return
      own.close()
      epoch.close()
      database.close()
    }
    return { database, epoch, ledger: options.ledger ?? own, store, revocations, verifier, now, close }
  } catch (error) {
    database.close()
    throw error
  }
}

interface Remains {
  readonly database: DatabaseSync
  readonly store: ArtefactStore
  readonly list: RevocationList
  readonly clientKeys: readonly string[]
  readonly time: number
}

/**
 * Nobody knows what was used or revoked since this copy of the database was made. So whatever it holds that can be used
 * is gone, nonces from before are unknown, and the access tokens of all clients are revoked.
 */
function startAnew({ database, store, list, clientKeys, time }: Remains): void {
  store.clear()
  forgetNonces(database)
  for (const key of clientKeys) list.add(key, time, time + LONGEST_USE)
}
