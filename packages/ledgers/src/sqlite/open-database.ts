/** Opens an SQLite file for durable state, after making sure, without a write, that it is ours, whole and not too new. */
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { readDatabaseHeader } from './database-header.ts'
import { DatabaseUnusable, explainFault } from './database-unusable.ts'

/** What a kind of database looks like. */
export interface DatabaseSchema {
  /** What it is, in words, for messages: "ledger". */
  readonly name: string
  /** Marks the file as ours: `PRAGMA application_id`, 1 … 2³¹ − 1. */
  readonly applicationId: number
  /** SQL that takes an empty file to version 1, version 1 to 2 and so on. Never edited once released. */
  readonly migrations: readonly string[]
}

/** How long a statement waits for another process's write, in milliseconds; the process stands still meanwhile. */
const LOCK_TIMEOUT_MS = 2000

/** SQLITE_READONLY: the file needs recovery, which only a connection that may write can do. */
const SQLITE_READONLY = 8

/**
 * Opens or creates the file: WAL, `synchronous=FULL`, readable by its owner alone.
 *
 * Throws `DatabaseUnusable` for a file that is damaged, locked, written by a newer release, not ours or out of reach;
 * that file then has the bytes it had before. Throws a `TypeError` for `:memory:` and for no name at all: what is kept
 * here has to outlive the process.
 */
export function openDatabase(path: string, schema: DatabaseSchema): DatabaseSync {
  if (path === '' || path === ':memory:') {
    throw new TypeError(
      `The ${schema.name} has to outlive its process: name a file for it, not ${JSON.stringify(path)}.`,
    )
  }
  const file = resolve(path)
  try {
    if (!createEmptyFile(file)) inspectDatabase(file, schema)
    const database = openForWriting(file, schema)
    chmodSync(file, 0o600)
    return database
  } catch (error) {
    throw explainFault(error, file)
  }
}

/** True when the file was not there; nobody but its owner may ever read it, so it exists before SQLite opens it. */
function createEmptyFile(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Judges an existing file by its header, then by a connection that cannot write. */
function inspectDatabase(file: string, schema: DatabaseSchema): void {
  const header = readDatabaseHeader(file)
  if (header.kind === 'empty') return
  if (header.kind === 'other') {
    throw new DatabaseUnusable('foreign', file, `it is not a Countersign ${schema.name}. Name another file.`)
  }
  checkIdentity(file, schema, header.applicationId, header.schemaVersion)

  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(readOnlyUrl(file), { readOnly: true, timeout: LOCK_TIMEOUT_MS })
    checkIntegrity(database, file)
    checkIdentity(file, schema, readPragma(database, 'application_id'), readPragma(database, 'user_version'))
  } catch (error) {
    if (!needsRecovery(error)) throw error
  } finally {
    database?.close()
  }
}

/** Without a write-ahead log nobody is writing, and SQLite may read the file as it lies, creating nothing beside it. */
function readOnlyUrl(file: string): URL {
  const url = pathToFileURL(file)
  if (!existsSync(`${file}-wal`)) url.searchParams.set('immutable', '1')
  return url
}

/** True when a crash left a journal behind that a writing connection will roll back; it checks again by itself. */
function needsRecovery(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === SQLITE_READONLY
  )
}

function checkIdentity(file: string, schema: DatabaseSchema, applicationId: number, version: number): void {
  if (applicationId !== schema.applicationId) {
    throw new DatabaseUnusable('foreign', file, `it is not a Countersign ${schema.name}. Name another file.`)
  }
  if (version > schema.migrations.length) {
    throw new DatabaseUnusable(
      'newer_schema',
      file,
      `a newer release wrote it (schema ${version}, this release knows ${schema.migrations.length}). Use that release.`,
    )
  }
}

function checkIntegrity(database: DatabaseSync, file: string): void {
  const row = database.prepare('PRAGMA quick_check(1)').get()
  if (row?.quick_check === 'ok') return
  throw new DatabaseUnusable('damaged', file, 'it is damaged. Restore it from a backup, or name another file.')
}

function readPragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name]
  if (typeof value !== 'number') throw new Error(`SQLite gave no ${name}`)
  return value
}

function openForWriting(file: string, schema: DatabaseSchema): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
  try {
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF')
    migrate(database, file, schema)
    // Only after the identity is in the main file: pages written in WAL mode may not reach it before a crash.
    database.exec('PRAGMA journal_mode = WAL')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Runs the missing migrations in one transaction; taking the write lock also shows early that nobody else keeps it. */
function migrate(database: DatabaseSync, file: string, schema: DatabaseSchema): void {
  database.exec('BEGIN IMMEDIATE')
  const version = readPragma(database, 'user_version')
  const isNew = version === 0 && readPragma(database, 'application_id') === 0
  if (!isNew) checkIdentity(file, schema, readPragma(database, 'application_id'), version)
  if (version < schema.migrations.length) {
    for (const migration of schema.migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA application_id = ${schema.applicationId}`)
    database.exec(`PRAGMA user_version = ${schema.migrations.length}`)
  }
  database.exec('COMMIT')
}
