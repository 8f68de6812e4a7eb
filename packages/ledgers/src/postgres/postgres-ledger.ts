/** A ledger on PostgreSQL: what was spent stays spent, for all processes of all hosts that share the server. */
import { type Clock, type Ledger, LedgerUnavailable, type SharedStore, systemClock } from '@countersign/core'
import { assertSpend, isForgotten } from '../shared/spend-rules.ts'
import { ledgerMigrations } from './ledger-schema.ts'
import { type DatabaseInternals, internalsOf, openPostgres } from './open-postgres.ts'
import type { PostgresDatabase, PostgresOptions } from './postgres-database.ts'
import { answerBatch, batchParameters, spendId, takeBatch, type WaitingCall } from './spend-batch.ts'
import type { Judged } from './statements.ts'
import { startSweeper } from './sweeper.ts'

/** A schema of the ledger's own, or a database that it shares, in whose schema it makes its tables, and which it does not close. */
export type PostgresLedgerOptions = OwnSchema | { readonly database: PostgresDatabase; readonly timeoutMs?: number }

interface OwnSchema extends Pick<PostgresOptions, 'deployment' | 'tls' | 'max' | 'connectTimeoutMs' | 'heartbeatMs'> {
  readonly url: string
  /** `countersign_ledger` by default. */
  readonly schema?: string
  /** How long one statement may take, in milliseconds: 1000 by default. */
  readonly timeoutMs?: number
}

/** A ledger that several processes share, with the store that it is on. */
export interface PostgresLedger extends Ledger {
  readonly lifetime: 'durable'
  readonly store: SharedStore
  /** Ends its connections, where they are its own. */
  close(): Promise<void>
}

/** What its tables are called among the parts of a schema. */
const PART = 'ledger'
const TIMEOUT = 1000
/** Statements that are under way at once, at most; what comes meanwhile goes together in the next one. */
const LANES = 4
/** Calls that wait, at most: more cannot be answered in time anyway. */
const MOST_WAITING = 10_000

/**
 * Opens a ledger on PostgreSQL. Calls that wait at the same time go as one statement, in their order; each is spent
 * whole or not at all, and resolves once it is committed. Nothing is ever sent twice: a spend whose answer is lost
 * rejects, and whether it was made is then unknown.
 *
 * Rejects with `StoreUnusable`, whose message names the cause and the cure. `spend` rejects with `LedgerUnavailable`,
 * and with a RangeError for what could not be kept. What could have been used before the store's epoch counts as used.
 */
export async function createPostgresLedger(
  options: PostgresLedgerOptions,
  clock: Clock = systemClock,
): Promise<PostgresLedger> {
  const { timeoutMs = TIMEOUT } = options
  const database = 'database' in options ? options.database : await openOwn(options, clock)
  const { schema } = database
  if ('database' in options) await database.migrate(PART, ledgerMigrations(schema))
  const internals = internalsOf(database)
  const sweeper = startSweeper(schema, internals)
  const waiting: WaitingCall[] = []
  let underWay = 0

  const flush = (): void => {
    while (waiting.length > 0 && underWay < LANES) {
      const batch = takeBatch(waiting)
      if (batch.length === 0) return
      underWay += 1
      void send(batch, { schema, timeoutMs, internals }).finally(() => {
        underWay -= 1
        flush()
      })
      sweeper.added(batch.reduce((rows, { ids }) => rows + ids.length, 0))
    }
  }
  return {
    lifetime: 'durable',
    store: database,
    async spend(spends) {
      const now = clock()
      for (const spend of spends) assertSpend(spend, now)
      if (spends.length === 0) return { spent: true }
      internals.keeper.health.assertAsked()
      if (waiting.length >= MOST_WAITING) throw new LedgerUnavailable('timeout')
      return new Promise((resolve, reject) => {
        waiting.push({ spends, ids: spends.map(spendId), resolve, reject })
        if (waiting.length === 1) setImmediate(flush)
      })
    },
    async close() {
      sweeper.stop()
      if (!('database' in options)) await database.close()
    },
  }
}

function openOwn({ url, schema = 'countersign_ledger', max = LANES, ...rest }: OwnSchema, clock: Clock) {
  const migrations = ledgerMigrations(schema)
  return openPostgres(url, { timeoutMs: TIMEOUT, ...rest, name: PART, schema, max, clock, migrations })
}

interface Sender {
  readonly schema: string
  readonly timeoutMs: number
  readonly internals: DatabaseInternals
}

interface Spent extends Judged {
  readonly refused: readonly number[]
}

async function send(batch: readonly WaitingCall[], { schema, timeoutMs, internals }: Sender): Promise<void> {
  try {
    const { id: epoch, notBefore } = internals.keeper.epoch
    const calls = batch.filter((call) => !answerForgotten(call, notBefore))
    if (calls.length === 0) return
    const text = `SELECT verdict, refused, lsn FROM ${schema}.spend($1, $2, $3, $4, $5, $6, $7, $8, $9)`
    const { refused } = await internals.callJudged<Spent>({ epoch, text, values: batchParameters(calls), timeoutMs })
    answerBatch(calls, refused)
  } catch (error) {
    for (const { reject } of batch) reject(error instanceof LedgerUnavailable ? error : new LedgerUnavailable('error'))
  }
}

function answerForgotten({ spends, resolve }: WaitingCall, notBefore: number): boolean {
  const forgotten = spends.find((spend) => isForgotten(spend, notBefore))
  if (forgotten !== undefined) resolve({ spent: false, exhausted: forgotten.key })
  return forgotten !== undefined
}
