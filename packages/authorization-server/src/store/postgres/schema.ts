/** The tables of an authorization server in PostgreSQL. */
import type { PostgresMigration } from '@countersign/ledgers/postgres'

/**
 * `artefacts`: codes, refresh tokens, opaque access tokens, grants, sessions, interactions, by the digest of their id;
 * `payload` is JSON. `revocations` are numbered from the one row of `revocation_counter`, under its lock: a sequence of
 * the database would let a lower number appear after a higher one.
 */
const VERSION_1 = `
  CREATE TABLE artefacts (
    model text, id text, payload text NOT NULL, grant_id text, uid text, client_id text, subject text, jkt text,
    consumed bigint, expires bigint, PRIMARY KEY (model, id));
  CREATE INDEX artefacts_grant_id ON artefacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX artefacts_uid ON artefacts (model, uid) WHERE uid IS NOT NULL;
  CREATE INDEX artefacts_client_id ON artefacts (client_id) WHERE client_id IS NOT NULL;
  CREATE INDEX artefacts_subject ON artefacts (subject) WHERE subject IS NOT NULL;
  CREATE INDEX artefacts_jkt ON artefacts (jkt) WHERE jkt IS NOT NULL;
  CREATE INDEX artefacts_expires ON artefacts (expires) WHERE expires IS NOT NULL;
  CREATE TABLE revocations (
    sequence bigint PRIMARY KEY, key text NOT NULL, before bigint NOT NULL, until bigint NOT NULL);
  CREATE INDEX revocations_key ON revocations (key);
  CREATE INDEX revocations_until ON revocations (until);
  CREATE TABLE revocation_counter (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), newest bigint NOT NULL);
  INSERT INTO revocation_counter (newest) VALUES (0);
  CREATE TABLE users (subject text PRIMARY KEY, name text NOT NULL UNIQUE, password text NOT NULL);
  CREATE TABLE secrets (name text PRIMARY KEY, value bytea NOT NULL, sealed_with text NOT NULL);
  CREATE TABLE keys (
    kid text PRIMARY KEY, name text NOT NULL, value bytea NOT NULL, sealed_with text NOT NULL,
    active_from bigint NOT NULL);
  CREATE TABLE probe (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), at double precision NOT NULL)`

/** Attempts to log in, by the digest of the name that was tried. */
const VERSION_2 = `
  CREATE TABLE login_attempts (name text PRIMARY KEY, count integer NOT NULL, until bigint NOT NULL);
  CREATE INDEX login_attempts_until ON login_attempts (until)`

/** In order; never edited once released. */
export const authorizationServerMigrations: readonly PostgresMigration[] = [{ sql: VERSION_1 }, { sql: VERSION_2 }]
