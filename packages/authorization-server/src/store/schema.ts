/** The tables of an authorization server's database. */
import type { DatabaseSchema } from '@countersign/ledgers/sqlite'

/** `artefacts`: codes, refresh tokens, grants, sessions, interactions, by the digest of their id. */
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

/** "CSAS". */
export const authorizationServerSchema: DatabaseSchema = {
  name: 'authorization server database',
  applicationId: 0x43534153,
  migrations: [VERSION_1],
}
