/** Single use, and other durable state, on SQLite. */
export { type DatabaseFault, DatabaseUnusable } from './database-unusable.ts'
export { type Epoch, EpochEnded, type EpochOptions, openEpoch } from './epoch.ts'
export { type DatabaseSchema, openDatabase } from './open-database.ts'
export { createSqliteLedger, type SqliteLedgerOptions } from './sqlite-ledger.ts'
