/** What a PostgreSQL database for durable state offers: statements and transactions of one epoch, and what is known of it. */
import type { SharedStore } from '@countersign/core'

/** A value that goes into a statement. Numbers are written out in full; octets go to `bytea`. */
export type PostgresValue = string | number | bigint | boolean | null | Uint8Array | readonly PostgresValue[]

/** What a statement yielded: its rows, and how many it returned or changed. `bigint` columns are numbers. */
export interface PostgresRows<Row> {
  readonly rows: readonly Row[]
  readonly count: number
}

/**
 * Runs one prepared statement with `$1 …` for its values. The text should be a constant: it is prepared once on every
 * connection. It should name its columns: a `*` fails for a while once a newer release has added one. Rejects with `StatementFailed` when the database found it wrong, and with `LedgerUnavailable` when nobody
 * can say whether it was carried out.
 */
export type PostgresQuery = <Row = Record<string, unknown>>(
  text: string,
  values?: readonly PostgresValue[],
) => Promise<PostgresRows<Row>>

/** One step of a schema; its text is never edited once released. */
export interface PostgresMigration {
  /** Statements, divided by semicolons. Names without a schema are those of this database's own schema. */
  readonly sql: string
  /** Set where the release before cannot work with it: then the processes of that release must have ended before. */
  readonly breaking?: true
}

/** What happened when memory was lost. */
export interface MemoryLost {
  readonly id: string
  /** NumericDate: what could have been used before may have been. */
  readonly notBefore: number
}

/** What `openPostgres` takes. */
export interface PostgresOptions {
  /** What is kept there, in words, for messages: "authorization server". A schema belongs to one name for ever. */
  readonly name: string
  /** The schema that holds it, made if it is not there: a lower-case name. */
  readonly schema: string
  readonly migrations: readonly PostgresMigration[]
  /** Tells deployments on one database apart: a schema that was made under another name is refused. */
  readonly deployment?: string
  /** TLS material beside what the URL names: PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string }
  /** Yields the time that is compared with the server's. */
  readonly clock?: () => number
  /** Connections at most, besides two for heartbeats: 8 by default. */
  readonly max?: number
  /** How long a statement may take, in milliseconds: 5000 by default. A heartbeat has 1000. */
  readonly timeoutMs?: number
  /** How long a connection may take to come about, or to become free: 2000 ms by default. */
  readonly connectTimeoutMs?: number
  /** How long a heartbeat comes after the one before, about: 1000 ms by default. */
  readonly heartbeatMs?: number
  /**
   * Runs in the transaction that starts an epoch after memory was lost, in one process of all; not for the first epoch.
   * It gives that transaction's statements; when it rejects, nothing has happened and nothing is answered.
   */
  readonly onMemoryLost?: (query: PostgresQuery, epoch: MemoryLost) => Promise<void>
}

/** A database that is open, in an epoch that may end while it is used: see `watch`. */
export interface PostgresDatabase extends SharedStore {
  /** The schema in which its tables are. */
  readonly schema: string
  /** One statement as a transaction of its own, in the epoch that this process knows, in one round trip. */
  readonly query: PostgresQuery
  /**
   * One transaction (READ COMMITTED, synchronously committed), undone when `work` rejects. Rejects with `EpochEnded`,
   * before `work` ran, when the epoch is no longer the one that this process knew; by the next try it mostly knows.
   * Nothing is ever tried again by itself. `work` uses the statements that it is given, not `query` of the database.
   */
  transact<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T>
  /** Brings the tables of another part of ours, such as the ledger, into the same schema. */
  migrate(part: string, migrations: readonly PostgresMigration[]): Promise<void>
  /** Ends its connections. What still runs is given its time, and no more. */
  close(): Promise<void>
}
