/** Single use, and other durable state, on PostgreSQL. */
export type {
  MemoryLost,
  PostgresDatabase,
  PostgresMigration,
  PostgresOptions,
  PostgresQuery,
  PostgresRows,
  PostgresValue,
} from './postgres-database.ts'
