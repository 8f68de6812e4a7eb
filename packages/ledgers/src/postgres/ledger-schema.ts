/** The ledger's table, and the functions that spend and sweep: what one call does is one statement. */
import type { PostgresMigration } from './postgres-database.ts'

/** Seconds for which a row is kept past its time: a clock that is set back by less costs nothing. */
const SWEEP_LAG = 60

const tables = (schema: string): string => `
CREATE TABLE ${schema}.spends (
  id uuid PRIMARY KEY, uses integer NOT NULL, until double precision NOT NULL
);
CREATE INDEX spends_until ON ${schema}.spends (until);
CREATE TABLE ${schema}.swept (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), until double precision NOT NULL
);
INSERT INTO ${schema}.swept (until) VALUES (0);`

/**
 * Spends for several calls, each of them whole or not at all. The ids come in their order, the same for everybody, so
 * that nobody waits for somebody who waits for him; \`p_calls\` and \`p_places\` say which call each belongs to (from 1),
 * and where it stands in that.
 *
 * An upsert takes the row's lock and then looks at its newest version, so two who come at once see one another. A call
 * that lacks one use gives back the others, while their rows are still locked: nobody has seen them gone.
 *
 * \`refused\` has for each call 0, or the place of the first thing that had no use left, or −1 when its time has passed:
 * by the clock, or by what was swept away, which is read last, since a sweep may just have ended.
 */
const spend = (schema: string): string => `
CREATE FUNCTION ${schema}.spend(p_epoch text, p_now double precision, p_lsn pg_lsn, p_count integer,
  p_calls integer[], p_places integer[], p_ids uuid[], p_limits integer[],
  p_until double precision[], OUT verdict text, OUT refused integer[], OUT lsn pg_lsn)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  j record;
  c integer;
  taken boolean[] := array_fill(false, ARRAY[cardinality(p_ids)]);
  horizon double precision;
BEGIN
  SELECT * INTO j FROM ${schema}.judge(p_epoch, p_now, p_lsn);
  verdict := j.verdict;
  IF verdict <> 'ok' THEN RETURN; END IF;
  refused := array_fill(0, ARRAY[p_count]);
  FOR i IN 1 .. cardinality(p_ids) LOOP
    c := p_calls[i];
    IF p_until[i] <= j.now THEN
      refused[c] := -1;
    ELSE
      INSERT INTO ${schema}.spends AS s (id, uses, until) VALUES (p_ids[i], 1, p_until[i])
        ON CONFLICT (id) DO UPDATE SET
          uses = CASE WHEN s.until <= j.now THEN 1 ELSE s.uses + 1 END, until = greatest(s.until, excluded.until)
          WHERE s.uses < p_limits[i] OR s.until <= j.now;
      taken[i] := FOUND;
    END IF;
    IF NOT taken[i] AND refused[c] >= 0 AND (refused[c] = 0 OR p_places[i] < refused[c]) THEN
      refused[c] := p_places[i];
    END IF;
  END LOOP;
  SELECT w.until INTO STRICT horizon FROM ${schema}.swept w;
  FOR i IN 1 .. cardinality(p_ids) LOOP
    IF p_until[i] <= horizon THEN refused[p_calls[i]] := -1; END IF;
  END LOOP;
  FOR i IN 1 .. cardinality(p_ids) LOOP
    IF NOT taken[i] THEN CONTINUE; END IF;
    IF refused[p_calls[i]] = 0 THEN
      lsn := pg_current_wal_insert_lsn();
    ELSE
      UPDATE ${schema}.spends s SET uses = s.uses - 1 WHERE s.id = p_ids[i];
    END IF;
  END LOOP;
END $$;`

/** Forgets some of what is long past its time; of several processes that try at once, one does it. */
const sweep = (schema: string): string => `
CREATE FUNCTION ${schema}.sweep(p_most integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  horizon double precision := extract(epoch FROM clock_timestamp()) - ${SWEEP_LAG};
  swept integer;
BEGIN
  PERFORM FROM ${schema}.spends WHERE until <= horizon LIMIT 1;
  IF NOT FOUND THEN RETURN 0; END IF;
  PERFORM FROM ${schema}.swept FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  UPDATE ${schema}.swept SET until = greatest(until, horizon);
  DELETE FROM ${schema}.spends WHERE id IN (
    SELECT id FROM ${schema}.spends WHERE until <= horizon ORDER BY until LIMIT p_most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS swept = ROW_COUNT;
  RETURN swept;
END $$;`

/** The ledger's migrations, for the schema of this name. */
export function ledgerMigrations(schema: string): readonly PostgresMigration[] {
  return [{ sql: [tables, spend, sweep].map((part) => part(schema)).join('\n') }]
}
