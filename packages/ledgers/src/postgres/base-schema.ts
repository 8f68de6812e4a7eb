/** The tables and functions that every schema of ours has: its owner, its migrations, its epoch, and what judges it. */
import { CLOCK_DIFFERENCE } from '@countersign/core'
import { verdictCodes } from './faults.ts'

/** A PostgreSQL lock of ours is (this number, the hash of the schema's name): "CSEP". */
export const LOCK_CLASS = 0x43534550

const table = (schema: string): string => `
CREATE TABLE ${schema}.epoch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id text NOT NULL,
  generation bigint NOT NULL,
  not_before double precision NOT NULL,
  secret bytea NOT NULL,
  server text NOT NULL,
  seen double precision NOT NULL,
  written xid8 NOT NULL
);
CREATE TABLE ${schema}.about (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), name text NOT NULL, deployment text
);`

/**
 * Which server this is, and which table: a promoted replica and a restore to a point in time are on another timeline, a
 * restored dump has other object ids, a copied database another one of its own. The control file tells of a new timeline
 * only after its first checkpoint, minutes late; the name of the segment that is being written tells at once.
 */
const identity = (schema: string): string => `
CREATE FUNCTION ${schema}.server_identity(p_table oid) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws(':', (SELECT system_identifier FROM pg_catalog.pg_control_system()),
    left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8),
    (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()), p_table)
$$;`

/**
 * Judges, first thing in each transaction. The shared lock keeps the epoch from ending until the transaction has; only
 * statements after it see what was committed while it waited, so this is no single query, and READ COMMITTED it must be.
 * A row that was restored was written by another transaction than it says.
 */
const judge = (schema: string): string => `
CREATE FUNCTION ${schema}.judge(p_epoch text, p_now double precision, p_lsn pg_lsn,
  OUT verdict text, OUT now double precision)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE e record;
BEGIN
  verdict := 'read_only';
  IF pg_is_in_recovery() THEN RETURN; END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'countersign: needs READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(${LOCK_CLASS}, hashtext('${schema}'));
  SELECT t.*, t.xmin AS writer, ${schema}.server_identity(t.tableoid) AS here INTO e FROM ${schema}.epoch t;
  now := extract(epoch FROM clock_timestamp());
  verdict := CASE
    WHEN e.id IS NULL OR e.here <> e.server OR e.written::xid <> e.writer OR now < e.seen - ${CLOCK_DIFFERENCE} THEN 'lost'
    WHEN e.id <> p_epoch THEN 'epoch'
    WHEN pg_current_wal_insert_lsn() < p_lsn THEN 'lost'
    WHEN abs(now - p_now) > ${CLOCK_DIFFERENCE} THEN 'clock'
    ELSE 'ok' END;
  IF current_setting('synchronous_commit') <> 'remote_apply' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
END $$;`

/** The same for a transaction that must not go on: an error ends it, whatever was sent after it. */
const assertion = (schema: string): string => `
CREATE FUNCTION ${schema}.assert_epoch(p_epoch text, p_now double precision, p_lsn pg_lsn) RETURNS pg_lsn
LANGUAGE plpgsql VOLATILE AS $$
DECLARE found_verdict text := (${schema}.judge(p_epoch, p_now, p_lsn)).verdict;
BEGIN
  IF found_verdict <> 'ok' THEN
    RAISE EXCEPTION 'countersign: %', found_verdict USING ERRCODE = CASE found_verdict
      ${Object.entries(verdictCodes)
        .map(([verdict, code]) => `WHEN '${verdict}' THEN '${code}'`)
        .join(' ')} END;
  END IF;
  RETURN pg_current_wal_insert_lsn();
END $$;`

/** Tells the record how late it is, so that a clock that is set back is noticed; once a second, whoever is first. */
const heartbeat = (schema: string): string => `
CREATE FUNCTION ${schema}.heartbeat(p_epoch text, p_now double precision, p_lsn pg_lsn,
  OUT verdict text, OUT lsn pg_lsn)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE j record;
BEGIN
  SELECT * INTO j FROM ${schema}.judge(p_epoch, p_now, p_lsn);
  verdict := j.verdict;
  IF verdict <> 'ok' THEN RETURN; END IF;
  UPDATE ${schema}.epoch t SET seen = j.now, written = pg_current_xact_id() WHERE t.seen < j.now - 0.5;
  IF FOUND THEN lsn := pg_current_wal_insert_lsn(); END IF;
END $$;`

/** The first migration of every schema. */
export function baseSchema(schema: string): string {
  return [table, identity, judge, assertion, heartbeat].map((part) => part(schema)).join('\n')
}
