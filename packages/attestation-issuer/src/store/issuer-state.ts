/** What an attestation issuer keeps in its database, opened together: one connection, one epoch, one ledger. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Ledger } from '@countersign/core'
import { createSqliteLedger, type Epoch, openDatabase, openEpoch } from '@countersign/ledgers/sqlite'
import { createKeyStore, type KeyStore } from './key-store.ts'
import { createPublicationStore, type PublicationStore } from './publication-store.ts'
import { attestationIssuerSchema } from './schema.ts'

/** The parts. */
export interface IssuerState {
  readonly epoch: Epoch
  readonly ledger: Ledger
  readonly keys: KeyStore
  readonly publications: PublicationStore
  /** 32 octets, shared by all processes on this file: a challenge of one is known to every other. */
  readonly challengeSecret: Uint8Array
  close(): void
}

/** Opens or creates the database; throws `DatabaseUnusable` when that cannot be. */
export function openIssuerState(path: string, clock: Clock): IssuerState {
  const database = openDatabase(path, attestationIssuerSchema)
  try {
    const keys = createKeyStore(database)
    const onMemoryLost = () => {
      // Nobody knows which keys were revoked since this copy was made, nor which challenges were answered.
      keys.revokeAll(Math.floor(clock()))
      database.exec("DELETE FROM secrets WHERE name = 'challenge_secret'")
    }
    const epoch = openEpoch({ database, path, clock, onMemoryLost })
    const ledger = createSqliteLedger({ database, epoch }, clock)
    const challengeSecret = epoch.transact(() => loadSecret(database, 'challenge_secret'))
    const close = () => {
      if (!database.isOpen) return
      ledger.close()
      epoch.close()
      database.close()
    }
    return { epoch, ledger, keys, publications: createPublicationStore(database), challengeSecret, close }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Of several processes that start at once one makes it. */
function loadSecret(database: DatabaseSync, name: string): Uint8Array {
  database.prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(name, randomBytes(32))
  const value = database.prepare('SELECT value FROM secrets WHERE name = ?').get(name)?.value
  if (!(value instanceof Uint8Array)) throw new Error(`The secret ${name} could not be kept.`)
  return value
}
