/** A ledger in an SQLite file: what was spent stays spent, across restarts and between processes of one machine. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, type Ledger, type Spend, type SpendOutcome, systemClock } from '@countersign/core'
import { type DatabaseSchema, openDatabase } from './open-database.ts'

/** A file of the ledger's own, or a connection that it shares and does not close. */
export type SqliteLedgerOptions = { readonly path: string } | { readonly database: DatabaseSync }

const TABLE = `
  CREATE TABLE IF NOT EXISTS spends (
    kind TEXT NOT NULL, key TEXT NOT NULL, uses INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS spends_until ON spends (until)`

/** "CSLD". */
const schema: DatabaseSchema = { name: 'ledger', applicationId: 0x43534c44, migrations: [TABLE] }

/** Rows past their time that one spend sweeps away, at most: more than it adds, so the table stays bounded. */
const PURGE_STEP = 32

const SPEND = `
  INSERT INTO spends (kind, key, uses, until) VALUES (:kind, :key, 1, :until)
  ON CONFLICT (kind, key) DO UPDATE SET
    uses = CASE WHEN until <= :now THEN 1 ELSE uses + 1 END, until = max(until, excluded.until)
  WHERE uses < :limit OR until <= :now`

const PURGE = `
  DELETE FROM spends WHERE (kind, key) IN
    (SELECT kind, key FROM spends WHERE until <= ? ORDER BY until LIMIT ${PURGE_STEP})`

/**
 * Creates a ledger on SQLite: one transaction per `spend`, committed with `synchronous=FULL` before it resolves.
 *
 * With `path` it opens the file itself and throws `DatabaseUnusable` when that cannot be; with `database` it adds its
 * table to that connection. `clock` decides what is past its time. `spend` rejects when the store cannot answer, and
 * with a RangeError for a spend whose time has passed already on the ledger's clock: it could not be kept.
 */
export function createSqliteLedger(
  options: SqliteLedgerOptions,
  clock: Clock = systemClock,
): Ledger & { close(): void } {
  const owned = 'path' in options
  const database = owned ? openDatabase(options.path, schema) : options.database
  if (!owned) database.exec(`PRAGMA synchronous = FULL; ${TABLE}`)
  const spendOne = database.prepare(SPEND)
  const purge = database.prepare(PURGE)

  return {
    lifetime: 'durable',
    async spend(spends) {
      const now = clock()
      for (const spend of spends) checkSpend(spend, now)
      if (spends.length === 0) return { spent: true }
      database.exec('BEGIN IMMEDIATE')
      try {
        const outcome = spendAll(spendOne, spends, now)
        if (outcome.spent) purge.run(now)
        database.exec(outcome.spent ? 'COMMIT' : 'ROLLBACK')
        return outcome
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    close() {
      if (owned && database.isOpen) database.close()
    },
  }
}

function spendAll(spendOne: StatementSync, spends: readonly Spend[], now: number): SpendOutcome {
  for (const { kind, key, limit, until } of spends) {
    const { changes } = spendOne.run({ kind, key, limit, until, now })
    if (changes !== 1) return { spent: false, exhausted: key }
  }
  return { spent: true }
}

function checkSpend({ key, limit, until }: Spend, now: number): void {
  if (key.length === 0) throw new RangeError('A spend needs a key.')
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('The limit of a spend is an integer above 0.')
  if (!Number.isFinite(until)) throw new RangeError('A spend is kept until a NumericDate.')
  if (until <= now) throw new RangeError('The time of this spend has passed; check the clocks of client and store.')
}
