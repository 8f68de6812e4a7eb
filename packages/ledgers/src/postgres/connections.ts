/** Connections to a PostgreSQL server: bounded in number, age and patience. */
import { hash } from 'node:crypto'
import pg, { type PoolClient, type QueryConfig } from 'pg'
import type { PostgresAddress } from './address.ts'
import type { PostgresRows, PostgresValue } from './postgres-database.ts'

/**
 * Seconds that a connection lives: a process that still spoke to a primary that was replaced speaks to its successor by
 * then, if the address leads there.
 */
const CONNECTION_LIFE = 10

/** An answer is believed on a connection that is at most so many seconds old: a process may have slept before or after. */
export const ANSWER_LIFE = CONNECTION_LIFE + 3

/** Milliseconds after which the server ends a transaction that nobody goes on with: it holds up the others. */
const IDLE_TIMEOUT = 5000

/** How they are made. */
export interface ConnectionsOptions {
  readonly address: PostgresAddress
  readonly schema: string
  readonly max: number
  /** For a statement, and for a transaction that does nothing. */
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
}

/** A connection that one caller has for itself. Several statements may be sent before the first is answered. */
export interface Connection {
  /** Rejects with the driver's error. A statement that was not answered in time ends the connection. */
  run<Row>(text: string, values?: readonly PostgresValue[], timeoutMs?: number): Promise<CommandRows<Row>>
  /** Whether a transaction is open, or nobody knows. */
  isInTransaction(): boolean
  /** Gives it back; `broken` ends it, and with it what its session still does. */
  release(broken?: boolean): void
}

/** With what the server did: "COMMIT". */
export interface CommandRows<Row> extends PostgresRows<Row> {
  readonly command: string
}

/** The pool. */
export interface Connections {
  take(): Promise<Connection>
  /** Those that are there end as soon as nobody uses them, and whoever comes gets a new one. */
  renew(): void
  /** Resolves when they have ended, or when `timeoutMs` is over. */
  close(): Promise<void>
}

/** Without a connection yet: the first `take` makes one. */
export function openConnections(options: ConnectionsOptions): Connections {
  let pool = createPool(options)
  return {
    async take() {
      for (;;) {
        const client = await pool.connect()
        const age = ages.get(client) ?? startAge()
        if (age() <= CONNECTION_LIFE) return wrap(client, age)
        client.release(true)
      }
    },
    renew() {
      if (pool.ending) return
      void pool.end()
      pool = createPool(options)
    },
    async close() {
      if (pool.ending) return
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, options.timeoutMs)
      await Promise.race([pool.end(), patience.promise])
      clearTimeout(timer)
    },
  }
}

function createPool({ address, schema, max, timeoutMs, connectTimeoutMs }: ConnectionsOptions): pg.Pool {
  const { label: _label, ...server } = address
  const pool = new pg.Pool({
    ...server,
    max,
    connectionTimeoutMillis: connectTimeoutMs,
    maxLifetimeSeconds: CONNECTION_LIFE,
    idleTimeoutMillis: CONNECTION_LIFE * 1000,
    allowExitOnIdle: true,
    keepAlive: true,
    // Otherwise each statement waits for the answer to the one before.
    pipeline: true,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: timeoutMs,
    idle_in_transaction_session_timeout: Math.max(timeoutMs, IDLE_TIMEOUT),
    application_name: 'countersign',
    options: sessionSettings(schema),
    types: { getTypeParser },
  })
  // A connection that ends while nobody uses it is no news: the next one tells.
  pool.on('error', ignore)
  pool.on('connect', (client) => ages.set(client, startAge()))
  return pool
}

/** Whatever the role or the database has set: ours would not be safe with another isolation or with less durability. */
function sessionSettings(schema: string): string {
  return [
    '-c synchronous_commit=on',
    '-c default_transaction_isolation=read\\ committed',
    '-c default_transaction_read_only=off',
    '-c client_min_messages=error',
    '-c timezone=UTC',
    `-c search_path=${schema}`,
  ].join(' ')
}

const ages = new WeakMap<PoolClient, () => number>()

/** Seconds since now, by the clock that has gone further: one stops while a machine sleeps, the other may be set back. */
function startAge(): () => number {
  const [steady, date] = [performance.now(), Date.now()]
  return () => Math.max(performance.now() - steady, Date.now() - date) / 1000
}

function wrap(client: PoolClient, age: () => number): Connection {
  // While it is out, its end is told to whoever waits for an answer; without a listener it would end the process.
  client.on('error', ignore)
  return {
    async run(text, values, timeoutMs) {
      const { rows, rowCount, command } = await client.query(configure(text, values, timeoutMs))
      if (age() > ANSWER_LIFE) throw new Error('timeout: the answer came on a connection that should have ended')
      return { rows, count: rowCount ?? 0, command }
    },
    isInTransaction: () => client.getTransactionStatus() !== 'I',
    release(broken = false) {
      client.removeListener('error', ignore)
      client.release(broken)
    },
  }
}

interface TimedQuery extends QueryConfig<unknown[]> {
  query_timeout?: number
}

function configure(text: string, values: readonly PostgresValue[] | undefined, timeoutMs?: number): TimedQuery {
  return {
    text,
    ...(values === undefined ? {} : { values: [...values], name: statementName(text) }),
    ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
  }
}

const names = new Map<string, string>()

/** A statement is prepared once on each connection, under this name. */
function statementName(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  // By its text alone: behind a pooler another process may have prepared it on the same connection.
  const name = `cs_${hash('sha256', text, 'base64url').slice(0, 22)}`
  names.set(text, name)
  return name
}

const INT8 = 20

function getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return type === INT8 ? parseInt8 : pg.types.getTypeParser(type, format as 'text')
}

function parseInt8(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError('The database holds an integer beyond 2^53.')
  return number
}

function ignore(): void {}
