/** The tables of an authorization server's database. */
import type { DatabaseSchema } from '@countersign/ledgers/sqlite'

/** `artefacts`: codes, refresh tokens, opaque access tokens, grants, sessions, interactions, by the digest of their id. */
const VERSION_1 = `
  CREATE TABLE artefacts (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL,
    grant_id TEXT, uid TEXT, consumed INTEGER, expires INTEGER,
    PRIMARY KEY (model, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX artefacts_grant_id ON artefacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX artefacts_uid ON artefacts (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX artefacts_expires ON artefacts (expires) WHERE expires IS NOT NULL;
  CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE users (
    subject TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`

/**
 * What was revoked, numbered without gaps: AUTOINCREMENT never gives a number twice, also when rows were swept away.
 * `grant_id` holds from here on the digest that tokens and the feed name a grant by; older families end.
 */
const VERSION_2 = `
  CREATE TABLE revocations (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, before INTEGER NOT NULL, until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX revocations_key ON revocations (key);
  CREATE INDEX revocations_until ON revocations (until);
  DELETE FROM artefacts WHERE grant_id IS NOT NULL OR model = 'Grant'`

/** Signing keys one after another, and of every secret the tag of the key that it is encrypted under, if it is. */
const VERSION_3 = `
  ALTER TABLE secrets ADD COLUMN sealed_with TEXT;
  CREATE TABLE keys (
    kid TEXT PRIMARY KEY, name TEXT NOT NULL, value BLOB NOT NULL, sealed_with TEXT, active_from INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`

/** Attempts to log in, by the digest of the name that was tried. */
const VERSION_4 = `
  CREATE TABLE login_attempts (name TEXT PRIMARY KEY, count INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX login_attempts_until ON login_attempts (until)`

/** "CSAS". */
export const authorizationServerSchema: DatabaseSchema = {
  name: 'authorization server database',
  applicationId: 0x43534153,
  migrations: [VERSION_1, VERSION_2, VERSION_3, VERSION_4],
}
