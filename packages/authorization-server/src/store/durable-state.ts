/** What an authorization server keeps, opened together, and what stands on it. */
import { type Ledger, systemClock, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { revocationKey } from '@countersign/core/wire'
import type { AuthorizationServerOptions } from '../configuration/options.ts'
import { checkKeyOptions } from '../keys/key-options.ts'
import { openSigningKeys, type SigningKeys } from '../keys/signing-keys.ts'
import { createVault } from '../keys/vault.ts'
import type { Log } from '../log.ts'
import { type Announcements, createAnnouncements } from '../revocation/channel.ts'
import { createRevocations, type Revocations } from '../revocation/revocations.ts'
import { type DatabaseAddress, readDatabaseAddress } from './database-address.ts'
import type { DurableStore, StoreParts } from './durable-store.ts'
import { findSingleKey, forgetSingleKey, loadSecrets, type Secrets } from './secrets.ts'

/** The parts. */
export interface DurableState {
  readonly store: DurableStore
  readonly secrets: Secrets
  readonly keys: SigningKeys
  /** Where assertions, proofs and answers are spent: in the store, or elsewhere. */
  readonly ledger: Ledger
  readonly revocations: Revocations
  readonly announcements: Announcements
  readonly verifier: Verifier
  /** Yields a NumericDate. */
  readonly now: () => number
}

/**
 * Opens or creates the database of these options. Throws `DatabaseUnusable` when that cannot be, `SecretsUnreadable` for
 * another encryption key, and a TypeError for options that cannot be.
 */
export async function openDurableState(options: AuthorizationServerOptions, log: Log): Promise<DurableState> {
  const { issuer, clients = [] } = options
  const keyOptions = checkKeyOptions(options.keys ?? {}, options.resources)
  // The library reads the system clock itself; one server must not live in two times.
  const now = systemClock
  const verifier = createFastVerifier()
  const revokedWhenLost = await Promise.all(
    clients.map(({ clientId }) => revocationKey(verifier, 'client', issuer, clientId)),
  )
  const onMemoryLost = () => log({ type: 'memory_lost' })
  const address = readDatabaseAddress(options)
  const vault = createVault(options.encryption, address.kind === 'sqlite')
  const store = await openStore(address, { issuer, now, revokedWhenLost, onMemoryLost })
  try {
    const secrets = await loadSecrets(store.secrets, vault)
    const single = await findSingleKey(store.secrets)
    const keys = await openSigningKeys({ rows: store.keys, vault, now, ...keyOptions }, single)
    if (single !== undefined) await forgetSingleKey(store.secrets)
    const announcements = createAnnouncements(options.channel, issuer, log)
    const onRevoked = () => announcements.revoked()
    const revocations = createRevocations({ issuer, store: store.revocations, verifier, now, log, onRevoked })
    const ledger = options.ledger ?? store.ledger
    return { store, secrets, keys, ledger, revocations, announcements, verifier, now }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openStore({ kind, place }: DatabaseAddress, parts: StoreParts): Promise<DurableStore> {
  // Each with its own driver, which is there only where it is needed.
  if (kind === 'postgres') return (await import('./postgres/open-postgres-store.ts')).openPostgresStore(place, parts)
  return (await import('./sqlite/open-sqlite-store.ts')).openSqliteStore(place, parts)
}
