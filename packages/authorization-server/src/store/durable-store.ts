/** What an authorization server keeps, whatever it is kept in. */
import type { Ledger, SharedStore } from '@countersign/core'
import type { AttemptRows } from '../interaction/attempts.ts'
import type { KeyRows, SecretRows } from '../keys/key-store.ts'
import type { RevocationStore } from '../revocation/revocation-store.ts'
import type { ArtefactStore } from './artefact-store.ts'
import type { UserRows } from './users.ts'

/** One database. What is written to it lasts when the call resolves. */
export interface DurableStore {
  readonly artefacts: ArtefactStore
  readonly revocations: RevocationStore
  readonly users: UserRows
  readonly attempts: AttemptRows
  readonly secrets: SecretRows
  readonly keys: KeyRows
  /** Whether a secret may lie in it in clear: in a file that its owner alone can read. */
  readonly allowsClear: boolean
  /** Spends in the same database. */
  readonly ledger: Ledger
  /** In a file: nothing that was made before this NumericDate is taken by the ledger. */
  readonly notBefore?: number
  /** On a server: what is known of it. */
  readonly shared?: SharedStore
  /** Resolves once something was written; rejects when nothing can be, or the database is another than was opened. */
  probe(): Promise<void>
  close(): Promise<void>
}

/** What a store is opened with. */
export interface StoreParts {
  /** Whose store it is. */
  readonly issuer: string
  /** Yields a NumericDate. */
  readonly now: () => number
  /**
   * When memory was lost nobody knows what was used or revoked since. So whatever the store holds that can be used is
   * gone, nonces from before are unknown, and these are revoked: the access tokens of all clients.
   */
  readonly revokedWhenLost: readonly string[]
  readonly onMemoryLost: () => void
}
