/** Opens a PostgreSQL database for durable state: its server inspected, its schema brought up to date, its epoch settled. */
import { systemClock } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { type PostgresAddress, parsePostgresAddress } from './address.ts'
import { baseSchema } from './base-schema.ts'
import { type Connection, type Connections, openConnections } from './connections.ts'
import { createEpochKeeper, type EpochKeeper, withConnection } from './epoch-keeper.ts'
import { writeFirstEpoch } from './epoch-record.ts'
import { explainStart, inspectServer } from './inspect-server.ts'
import { migrate } from './migrations.ts'
import type { PostgresDatabase, PostgresMigration, PostgresOptions } from './postgres-database.ts'
import { createStatements, type Statements } from './statements.ts'

const SCHEMA = /^[a-z][a-z0-9_]{0,39}$/

/** Connections for heartbeats and for settling an epoch. */
const WATCHING = 2

/**
 * Opens the schema at `postgres://…`, or makes it. Rejects with `StoreUnusable` where that server, role or schema will
 * not do, before anything was changed; with a TypeError for a schema that has no plain name.
 *
 * It notices by itself when the server has forgotten something: a replica promoted, a backup or a dump restored, rows or
 * tables deleted, a clock set back, an older copy of the disk under processes that go on. What nobody can notice is an
 * older copy of the disk, or an old primary, that was put in its place while no process was running: then
 * `DELETE FROM <schema>.epoch` before they start says so.
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<PostgresDatabase> {
  const { schema, tls, clock = systemClock, max = 8, timeoutMs = 5000, connectTimeoutMs = 2000 } = options
  if (!SCHEMA.test(schema)) throw new TypeError('A schema is named by lower-case letters, digits and _ alone.')
  const address = parsePostgresAddress(url, tls)
  const pool = { address, schema, timeoutMs, connectTimeoutMs }
  const work = openConnections({ ...pool, max })
  const watching = openConnections({ ...pool, max: WATCHING })
  const parts = new Map([[options.name, options.migrations]])
  let wasOpened = false

  const prepare = async (connection: Connection): Promise<void> => {
    await prepareBase(connection, { address, options, isFirst: !wasOpened })
    for (const [part, migrations] of parts)
      await migrate(connection, { label: address.label, schema, part, migrations })
  }
  const keeper = createEpochKeeper({
    schema,
    connections: watching,
    clock,
    timeoutMs,
    heartbeatMs: options.heartbeatMs ?? 1000,
    onMemoryLost: options.onMemoryLost,
    restore: prepare,
    onMoved: () => work.renew(),
  })
  const { query, transact, callJudged } = createStatements({ schema, connections: work, keeper })
  const close = async () => {
    keeper.stop()
    await Promise.all([work.close(), watching.close()])
  }
  try {
    const connection = await watching.take()
    try {
      await inspectServer(connection, { label: address.label, schema, now: clock })
      await prepare(connection)
    } finally {
      connection.release(connection.isInTransaction())
    }
    await keeper.settle()
  } catch (error) {
    await close()
    throw explainStart(error, address)
  }
  wasOpened = true
  keeper.start()
  const database: PostgresDatabase = {
    schema,
    query,
    transact,
    async migrate(part: string, migrations: readonly PostgresMigration[]) {
      const run = { label: address.label, schema, part, migrations }
      await withConnection(watching, (connection) => migrate(connection, run))
      parts.set(part, migrations)
    },
    get health() {
      return keeper.health.health
    },
    get epoch() {
      return keeper.epoch
    },
    watch: (listener) => keeper.health.watch(listener),
    close,
  }
  internals.set(database, { keeper, callJudged, watching })
  return database
}

/** What the ledger uses of a database, beyond what everybody does. */
export interface DatabaseInternals extends Pick<Statements, 'callJudged'> {
  readonly keeper: EpochKeeper
  readonly watching: Connections
}

const internals = new WeakMap<PostgresDatabase, DatabaseInternals>()

/** Throws for a database that was not opened here. */
export function internalsOf(database: PostgresDatabase): DatabaseInternals {
  const found = internals.get(database)
  if (found === undefined) throw new TypeError('The database of a ledger is one that `openPostgres` has opened.')
  return found
}

interface BaseParts {
  readonly address: PostgresAddress
  readonly options: PostgresOptions
  /** Where the schema was there before and is gone, its next epoch is not the first. */
  readonly isFirst: boolean
}

async function prepareBase(connection: Connection, { address, options, isFirst }: BaseParts): Promise<void> {
  const { name, schema, deployment, clock = systemClock } = options
  await migrate(connection, {
    label: address.label,
    schema,
    part: 'base',
    migrations: [{ sql: baseSchema(schema) }],
    async onCreated(query) {
      await query(`INSERT INTO ${schema}.about (name, deployment) VALUES ($1, $2)`, [name, deployment ?? null])
      if (isFirst) await writeFirstEpoch(query, schema, clock())
    },
  })
  const text = `SELECT name, deployment FROM ${schema}.about`
  const about = (await connection.run<{ name: string; deployment: string | null }>(text, [])).rows[0]
  if (about?.name !== name) {
    throw new StoreUnusable(
      'foreign',
      address.label,
      `the schema ${schema} is not one of ${name}. Name another schema.`,
    )
  }
  if (deployment !== undefined && about.deployment !== deployment) {
    throw new StoreUnusable(
      'foreign',
      address.label,
      `the schema ${schema} belongs to another deployment. Name another schema, or that deployment.`,
    )
  }
}
