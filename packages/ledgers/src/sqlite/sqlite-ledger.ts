/** A ledger in an SQLite file: what was spent stays spent, across restarts and between processes of one machine. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, type Ledger, type Spend, type SpendOutcome, systemClock } from '@countersign/core'
import { assertSpend, isForgotten } from '../shared/spend-rules.ts'
import { type Epoch, openEpoch } from './epoch.ts'
import { type DatabaseSchema, openDatabase } from './open-database.ts'

/** A file of the ledger's own, or a connection that it shares and does not close, with its epoch if it has one open. */
export type SqliteLedgerOptions =
  | { readonly path: string }
  | { readonly database: DatabaseSync; readonly epoch?: Epoch }

const TABLE = `
  CREATE TABLE IF NOT EXISTS spends (
    kind TEXT NOT NULL, key TEXT NOT NULL, uses INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS spends_until ON spends (until)`

/** The latest time of a row that was swept away: by a clock that has been put right since, it may still lie ahead. */
const SWEPT = `
  CREATE TABLE IF NOT EXISTS swept (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), until REAL NOT NULL) STRICT`

/** "CSLD". */
const schema: DatabaseSchema = { name: 'ledger', applicationId: 0x43534c44, migrations: [TABLE] }

/** Rows past their time that are swept away for each spend, at most: more than it adds, so the table stays bounded. */
const PURGE_STEP = 32

/** Seconds for which a row is kept past its time: a clock that is set back by less costs nothing. */
const SWEEP_LAG = 900

const SPEND = `
  INSERT INTO spends (kind, key, uses, until) VALUES (:kind, :key, 1, :until)
  ON CONFLICT (kind, key) DO UPDATE SET
    uses = CASE WHEN until <= :now THEN 1 ELSE uses + 1 END, until = max(until, excluded.until)
  WHERE uses < :limit OR until <= :now`

const READ_SWEPT = 'SELECT until FROM swept'

/** Before the rows go. */
const WRITE_SWEPT = `
  INSERT INTO swept (only_row, until)
    SELECT 1, max(until) FROM (SELECT until FROM spends WHERE until <= ? ORDER BY until LIMIT ?) WHERE true
  ON CONFLICT DO UPDATE SET until = max(until, excluded.until)`

const ANY_EXPIRED = 'SELECT 1 FROM spends WHERE until <= ? LIMIT 1'

const PURGE = `
  DELETE FROM spends WHERE (kind, key) IN
    (SELECT kind, key FROM spends WHERE until <= ? ORDER BY until LIMIT ?)`

/** A call of `spend` that waits for the next transaction. */
interface Waiting {
  readonly spends: readonly Spend[]
  readonly now: number
  readonly resolve: (outcome: SpendOutcome) => void
  readonly reject: (error: unknown) => void
}

/**
 * Creates a ledger on SQLite. Calls that come in the same turn of the event loop share one transaction, in their order;
 * each is spent whole or not at all, and resolves once that transaction is committed and on the disk.
 *
 * With `path` it opens the file itself and throws `DatabaseUnusable` when that cannot be; with `database` it adds its
 * table to that connection. `clock` decides what is past its time. `spend` rejects when the store cannot answer, with
 * `EpochEnded` when it is no longer the one that was opened, and with a RangeError for a spend whose time has passed
 * already on the ledger's clock: it could not be kept. What was made before the store's epoch counts as used.
 */
export function createSqliteLedger(
  options: SqliteLedgerOptions,
  clock: Clock = systemClock,
): Ledger & { close(): void } {
  const { database, epoch } = 'path' in options ? openOwn(options.path, clock) : openShared(options, clock)
  const statements = {
    spendOne: database.prepare(SPEND),
    anyExpired: database.prepare(ANY_EXPIRED),
    purge: database.prepare(PURGE),
    readSwept: database.prepare(READ_SWEPT),
    writeSwept: database.prepare(WRITE_SWEPT),
    database,
  }
  const waiting: Waiting[] = []

  const flush = (): void => {
    const batch = waiting.splice(0)
    epoch
      .transactMeanwhile(() => spendBatch(batch, statements, epoch))
      .then(
        (outcomes) => answer(batch, outcomes),
        (error: unknown) => fail(batch, error),
      )
  }
  return {
    lifetime: 'durable',
    async spend(spends) {
      const now = clock()
      for (const spend of spends) assertSpend(spend, now)
      if (spends.length === 0) return { spent: true }
      return new Promise((resolve, reject) => {
        waiting.push({ spends, now, resolve, reject })
        if (waiting.length === 1) setImmediate(flush)
      })
    },
    close() {
      const batch = waiting.splice(0)
      try {
        if (batch.length > 0)
          answer(
            batch,
            epoch.transact(() => spendBatch(batch, statements, epoch)),
          )
      } catch (error) {
        fail(batch, error)
      }
      if (!('path' in options) || !database.isOpen) return
      epoch.close()
      database.close()
    },
  }
}

function answer(batch: readonly Waiting[], outcomes: readonly SpendOutcome[]): void {
  for (const [index, outcome] of outcomes.entries()) batch[index]?.resolve(outcome)
}

function fail(batch: readonly Waiting[], error: unknown): void {
  for (const { reject } of batch) reject(error)
}

/** A database with its epoch. */
interface Opened {
  readonly database: DatabaseSync
  readonly epoch: Epoch
}

function openOwn(path: string, clock: Clock): Opened {
  const database = openDatabase(path, schema)
  try {
    database.exec(SWEPT)
    return { database, epoch: openEpoch({ database, path, clock }) }
  } catch (error) {
    database.close()
    throw error
  }
}

function openShared({ database, epoch }: { database: DatabaseSync; epoch?: Epoch }, clock: Clock): Opened {
  database.exec(`PRAGMA synchronous = FULL; ${TABLE}; ${SWEPT}`)
  return { database, epoch: epoch ?? openEpoch({ database, clock }) }
}

interface Statements {
  readonly spendOne: StatementSync
  readonly anyExpired: StatementSync
  readonly purge: StatementSync
  readonly readSwept: StatementSync
  readonly writeSwept: StatementSync
  readonly database: DatabaseSync
}

/** Spends each call's keys, whole or not at all, in the transaction that is open. */
function spendBatch(batch: readonly Waiting[], statements: Statements, epoch: Epoch): SpendOutcome[] {
  const memory = { notBefore: epoch.notBefore, swept: Number(statements.readSwept.get()?.until ?? 0) }
  const outcomes = batch.map((waiting) => spendAll(waiting, statements, memory))
  const spent = outcomes.filter((outcome) => outcome.spent).length
  const past = (batch[0]?.now ?? 0) - SWEEP_LAG
  if (spent > 0 && statements.anyExpired.get(past) !== undefined) {
    statements.writeSwept.run(past, spent * PURGE_STEP)
    statements.purge.run(past, spent * PURGE_STEP)
  }
  return outcomes
}

/** From when on it is known what was spent. */
interface Memory {
  readonly notBefore: number
  readonly swept: number
}

function spendAll({ spends, now }: Waiting, { spendOne, database }: Statements, memory: Memory): SpendOutcome {
  if (spends.length > 1) database.exec('SAVEPOINT call')
  for (const spend of spends) {
    const { kind, key, limit, until } = spend
    const isKnown = !isForgotten(spend, memory.notBefore) && until > memory.swept
    if (isKnown && spendOne.run({ kind, key, limit, until, now }).changes === 1) continue
    if (spends.length > 1) database.exec('ROLLBACK TO call; RELEASE call')
    return { spent: false, exhausted: key }
  }
  if (spends.length > 1) database.exec('RELEASE call')
  return { spent: true }
}
