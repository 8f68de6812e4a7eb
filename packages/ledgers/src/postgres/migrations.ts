/** A schema's migrations: each runs once, under a lock, whoever starts first; a newer schema is used where it may be. */
import { hash } from 'node:crypto'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { LOCK_CLASS } from './base-schema.ts'
import type { Connection } from './connections.ts'
import type { PostgresMigration, PostgresQuery } from './postgres-database.ts'

/** What is brought where. */
export interface MigrationRun {
  /** For messages. */
  readonly label: string
  readonly schema: string
  /** Of ours, whose versions are counted apart: `base`, `ledger`. */
  readonly part: string
  readonly migrations: readonly PostgresMigration[]
  /** Runs in the same transaction where nothing was there before. */
  readonly onCreated?: (query: PostgresQuery) => Promise<void>
}

/** How long a process waits for another one that migrates. */
const PATIENCE_MS = 60_000

interface Step {
  readonly version: number
  readonly checksum: string
  readonly compatible_from: number
}

/**
 * Brings one part of a schema up to what this release knows. Throws `StoreUnusable` when a newer release has left it
 * behind, or when it was migrated by something else. Run from many processes at once, one does it and the others wait.
 */
export async function migrate(connection: Connection, run: MigrationRun): Promise<void> {
  // Without a lock first: mostly there is nothing to do, and nobody shall have to wait for that.
  if ((await hasTable(connection, run.schema)) && missing(run, await readSteps(connection, run)).length === 0) return
  const query: PostgresQuery = (text, values = []) => connection.run(text, values, PATIENCE_MS)
  const patient = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  await connection.run(['BEGIN', ...patient.map((name) => `SET LOCAL ${name} = ${PATIENCE_MS}`)].join(';'))
  await query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASS, `migrate ${run.schema}`])
  if (!(await hasTable(connection, run.schema))) await createTable(connection, run.schema)
  const steps = await readSteps(connection, run)
  for (const step of missing(run, steps)) {
    const { sql } = run.migrations[step.version - 1] ?? { sql: '' }
    await connection.run(sql, undefined, PATIENCE_MS)
    await query(
      `INSERT INTO ${run.schema}.migrations (part, version, checksum, compatible_from) VALUES ($1, $2, $3, $4)`,
      [run.part, step.version, step.checksum, step.compatible_from],
    )
  }
  if (steps.length === 0) await run.onCreated?.(query)
  await connection.run('COMMIT')
}

/** Read off the catalogue's rows: `to_regclass` and the like answer from a cache that a wait for our lock leaves stale. */
const TABLE = `SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'migrations'`
const SCHEMA = 'SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1'

async function hasTable(connection: Connection, schema: string): Promise<boolean> {
  return (await connection.run(TABLE, [schema])).count > 0
}

async function createTable(connection: Connection, schema: string): Promise<void> {
  // Not "if it is not there": that asks for a permission that a role with a schema of its own need not have.
  if ((await connection.run(SCHEMA, [schema])).count === 0) await connection.run(`CREATE SCHEMA ${schema}`)
  await connection.run(
    `CREATE TABLE ${schema}.migrations (
      part text, version integer, checksum text NOT NULL, compatible_from integer NOT NULL, PRIMARY KEY (part, version))`,
  )
}

async function readSteps(connection: Connection, { schema, part }: MigrationRun): Promise<readonly Step[]> {
  const text = `SELECT version, checksum, compatible_from FROM ${schema}.migrations WHERE part = $1 ORDER BY version`
  return (await connection.run<Step>(text, [part])).rows
}

/** The steps that this release knows and the database has not made. */
function missing(run: MigrationRun, made: readonly Step[]): readonly Step[] {
  const known = listSteps(run.migrations)
  const newest = made.at(-1)
  if (newest !== undefined && newest.compatible_from > known.length) {
    throw new StoreUnusable(
      'newer_schema',
      run.label,
      `a newer release wrote the schema ${run.schema} (${run.part} ${newest.version}; this release knows ` +
        `${known.length}). Use that release.`,
    )
  }
  for (const [index, step] of made.entries()) {
    if (index >= known.length || (step.version === index + 1 && step.checksum === known[index]?.checksum)) continue
    throw new StoreUnusable(
      'foreign',
      run.label,
      `the schema ${run.schema} was not made by a release of this software (${run.part} ${step.version} differs). ` +
        'Name another schema.',
    )
  }
  return known.slice(made.length)
}

function listSteps(migrations: readonly PostgresMigration[]): readonly Step[] {
  let compatibleFrom = 1
  return migrations.map(({ sql, breaking }, index) => {
    if (breaking === true) compatibleFrom = index + 1
    return { version: index + 1, checksum: hash('sha256', sql), compatible_from: compatibleFrom }
  })
}
