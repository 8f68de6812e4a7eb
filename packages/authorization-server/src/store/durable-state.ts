/** What an authorization server keeps, opened together, and what stands on it. */
import { type Ledger, systemClock, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { revocationKey } from '@countersign/core/wire'
import type { AuthorizationServerOptions } from '../configuration/options.ts'
import type { Log } from '../log.ts'
import { createRevocations, type Revocations } from '../revocation/revocations.ts'
import type { DurableStore } from './durable-store.ts'
import { openSqliteStore } from './sqlite/open-sqlite-store.ts'

/** The parts. */
export interface DurableState {
  readonly store: DurableStore
  /** Where single use is spent: in the store, or elsewhere. */
  readonly ledger: Ledger
  readonly revocations: Revocations
  readonly verifier: Verifier
  /** Yields a NumericDate. */
  readonly now: () => number
}

/** Opens or creates the database of these options; throws `DatabaseUnusable` when that cannot be. */
export async function openDurableState(options: AuthorizationServerOptions, log: Log): Promise<DurableState> {
  const { issuer, clients = [] } = options
  // The library reads the system clock itself; one server must not live in two times.
  const now = systemClock
  const verifier = createFastVerifier()
  const revokedWhenLost = await Promise.all(
    clients.map(({ clientId }) => revocationKey(verifier, 'client', issuer, clientId)),
  )
  const onMemoryLost = () => log({ type: 'memory_lost' })
  const store = openSqliteStore(options.database, { now, revokedWhenLost, onMemoryLost })
  const revocations = createRevocations({ issuer, store: store.revocations, verifier, now, log })
  return { store, ledger: options.ledger ?? store.ledger, revocations, verifier, now }
}
