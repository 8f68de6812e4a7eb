/** What a store keeps of secrets and of signing keys. */
import type { ScheduledKey } from './key-schedule.ts'
import type { StoredSecret } from './vault.ts'

/** A secret that was kept in another form, and what it becomes. */
export interface Replacement {
  readonly from: StoredSecret
  readonly to: StoredSecret
}

/** Secrets by name. All reject when the store cannot answer. */
export interface SecretRows {
  /** Adds one, unless there is one of that name. */
  add(secret: StoredSecret): Promise<void>
  find(name: string): Promise<StoredSecret | undefined>
  /** Puts one in another's place, unless somebody else did so first; of what was there nothing remains. */
  replace(replacement: Replacement): Promise<void>
  remove(name: string): Promise<void>
}

/** A signing key as it is kept; its name is its `kid`. */
export interface StoredKey extends ScheduledKey {
  readonly secret: StoredSecret
}

/** Signing keys. All reject when the store cannot answer. */
export interface KeyRows {
  list(): Promise<readonly StoredKey[]>
  /** Adds one, unless there is a key whose time comes after this NumericDate; of several at once, one is added. */
  add(key: StoredKey, unlessAfter: number): Promise<void>
  /** Puts one in the place of all there are. */
  replaceAll(key: StoredKey): Promise<void>
  replace(replacement: Replacement): Promise<void>
  remove(kids: readonly string[]): Promise<void>
}
