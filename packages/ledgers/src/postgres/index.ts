/** Single use, and other durable state, on PostgreSQL. */
export { StoreUnusable, type StoreUnusableFault } from '../shared/store-unusable.ts'
export { EpochEnded, StatementFailed } from './faults.ts'
export { openPostgres } from './open-postgres.ts'
export type {
  MemoryLost,
  PostgresDatabase,
  PostgresMigration,
  PostgresOptions,
  PostgresQuery,
  PostgresRows,
  PostgresValue,
} from './postgres-database.ts'
export { createPostgresLedger, type PostgresLedger, type PostgresLedgerOptions } from './postgres-ledger.ts'
