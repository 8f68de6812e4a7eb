/** The tables of an attestation issuer's database. */
import type { DatabaseSchema } from '@countersign/ledgers/sqlite'

/**
 * `keys`: each signing key that ever was, the private half as long as it may still be needed. `state`: `revision` counts
 * the changes of keys. `publication`: the newest bundle, and the revision that it tells of.
 */
const VERSION_1 = `
  CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (
    position INTEGER PRIMARY KEY AUTOINCREMENT, key_id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL, private_jwk TEXT, activate_at REAL
  ) STRICT;
  CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL) STRICT;
  INSERT INTO state (id, revision) VALUES (1, 0);
  CREATE TABLE publication (
    id INTEGER PRIMARY KEY CHECK (id = 1), issuer TEXT NOT NULL, revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL, issued REAL NOT NULL, expires REAL NOT NULL, root TEXT NOT NULL, digest TEXT NOT NULL, bundle TEXT NOT NULL
  ) STRICT`

/** "CSAI". */
export const attestationIssuerSchema: DatabaseSchema = {
  name: 'attestation issuer database',
  applicationId: 0x43534149,
  migrations: [VERSION_1],
}
