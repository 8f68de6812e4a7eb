/** Signing keys at rest. Private halves leave this file for a signer alone. */
import type { DatabaseSync } from 'node:sqlite'
import { revokeKey, type SigningKey } from '@countersign/attestation/issue'

/** The keys as they stood at one moment. */
export interface KeySnapshot {
  /** Higher after each change, whichever process made it. */
  readonly revision: number
  readonly keys: readonly SigningKey[]
}

/** A key that was just made. */
export interface NewKey {
  readonly keyId: string
  readonly privateJwk: JsonWebKey
}

/** Reads and writes keys; what writes is called within a transaction. */
export interface KeyStore {
  /** A number to compare with an earlier one; cheap. */
  revision(): number
  read(): KeySnapshot
  /** Writes the keys that differ, and a new revision. `made` brings the private half of a new one. */
  write(keys: readonly SigningKey[], made?: NewKey): void
  /** The private half; `undefined` once it was destroyed. */
  privateJwk(keyId: string): JsonWebKey | undefined
  /** Destroys it. */
  destroyPrivateJwk(keyId: string): void
  /** When a prepared key is to sign, NumericDate, where somebody asked for that. */
  plannedActivation(keyId: string): number | undefined
  planActivation(keyId: string, time: number): void
  /** Revokes whatever is not, as of then. */
  revokeAll(now: number): void
}

/** Creates the store on a connection. */
export function createKeyStore(database: DatabaseSync): KeyStore {
  const statements = {
    revision: database.prepare('SELECT revision FROM state'),
    all: database.prepare('SELECT record FROM keys ORDER BY position'),
    insert: database.prepare('INSERT INTO keys (key_id, record, private_jwk) VALUES (?, ?, ?)'),
    update: database.prepare('UPDATE keys SET record = ? WHERE key_id = ? AND record <> ?'),
    count: database.prepare('UPDATE state SET revision = revision + 1'),
    private: database.prepare('SELECT private_jwk FROM keys WHERE key_id = ?'),
    destroy: database.prepare('UPDATE keys SET private_jwk = NULL WHERE key_id = ?'),
    planned: database.prepare('SELECT activate_at FROM keys WHERE key_id = ?'),
    plan: database.prepare('UPDATE keys SET activate_at = ? WHERE key_id = ?'),
  }
  const revision = () => Number(statements.revision.get()?.revision)
  const read = (): KeySnapshot => ({
    revision: revision(),
    // Written below, and by nobody else: the file is its owner's alone.
    keys: statements.all.all().map(({ record }): SigningKey => JSON.parse(String(record))),
  })
  const write: KeyStore['write'] = (keys, made) => {
    for (const key of keys) {
      const record = JSON.stringify(key)
      if (key.keyId === made?.keyId) statements.insert.run(key.keyId, record, JSON.stringify(made.privateJwk))
      else statements.update.run(record, key.keyId, record)
    }
    statements.count.run()
  }
  return {
    revision,
    read,
    write,
    privateJwk(keyId) {
      const value = statements.private.get(keyId)?.private_jwk
      return typeof value === 'string' ? JSON.parse(value) : undefined
    },
    destroyPrivateJwk(keyId) {
      statements.destroy.run(keyId)
    },
    plannedActivation(keyId) {
      const time = statements.planned.get(keyId)?.activate_at
      return typeof time === 'number' ? time : undefined
    },
    planActivation(keyId, time) {
      statements.plan.run(time, keyId)
    },
    revokeAll(now) {
      let { keys } = read()
      for (const { keyId } of keys) {
        const step = revokeKey(keys, keyId, now, 'unspecified')
        if (step.ok) keys = step.keys
      }
      write(keys)
    },
  }
}
