/** A PostgreSQL that has lost its memory, in each way in which one can: nothing that was spent is spent again. */
import { LedgerUnavailable, type StoreEvent } from '@countersign/core'
import { type PostgresServer, startPostgres } from '@countersign/store-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
import { parsePostgresAddress } from './address.ts'
import { openConnections } from './connections.ts'
import { settleEpoch } from './epoch-record.ts'
import { EpochEnded } from './faults.ts'
import { openPostgres } from './open-postgres.ts'
import type { MemoryLost, PostgresDatabase, PostgresQuery } from './postgres-database.ts'
import { createPostgresLedger, type PostgresLedger } from './postgres-ledger.ts'

let server: PostgresServer
let schema = ''
let schemas = 0
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.stop(), 60_000)
beforeEach(() => {
  schemas += 1
  schema = `epoch_${schemas}`
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

interface OpenedLedger {
  readonly ledger: PostgresLedger
  readonly events: StoreEvent[]
}

async function openLedger(): Promise<OpenedLedger> {
  const ledger = await createPostgresLedger({ url: server.url, schema, heartbeatMs: 100 })
  closing.push(() => ledger.close())
  const events: StoreEvent[] = []
  ledger.store.watch((event) => events.push(event))
  return { ledger, events }
}

async function openDatabase(
  onMemoryLost: (query: PostgresQuery, lost: MemoryLost) => Promise<void> = async () => undefined,
  heartbeatMs = 100,
): Promise<PostgresDatabase> {
  const migrations = [{ sql: 'CREATE TABLE things (id integer PRIMARY KEY)' }]
  const options = { name: 'test', schema, migrations, heartbeatMs, onMemoryLost }
  const database = await openPostgres(server.url, options)
  closing.push(() => database.close())
  return database
}

const record = 'SELECT id FROM epoch'

/** As a restored dump lies there: the same values, written by another transaction than they say. */
const restoreDump = () =>
  server.sql(`BEGIN; CREATE TABLE ${schema}.copy AS TABLE ${schema}.epoch; DELETE FROM ${schema}.epoch;
    INSERT INTO ${schema}.epoch SELECT * FROM ${schema}.copy; DROP TABLE ${schema}.copy; COMMIT`)

const restoreTable = () =>
  server.sql(`BEGIN; ALTER TABLE ${schema}.epoch RENAME TO old; CREATE TABLE ${schema}.epoch (LIKE ${schema}.old INCLUDING ALL);
    WITH moved AS (DELETE FROM ${schema}.old RETURNING *) INSERT INTO ${schema}.epoch
    SELECT only_row, id, generation, not_before, secret, server, seen, pg_current_xact_id() FROM moved; COMMIT`)

const write = (column: string, value: string) =>
  server.sql(`UPDATE ${schema}.epoch SET ${column} = ${value}, written = pg_current_xact_id()`)

const losses: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['its record was deleted, as a person says that he restored a copy', () => server.sql(`DELETE FROM ${schema}.epoch`)],
  ['its rows were restored from a dump', restoreDump],
  ['its tables were restored from a dump', restoreTable],
  ['it was copied to another server', () => write('server', `regexp_replace(server, '^\\d+', '1')`)],
  ['a replica was promoted', () => write('server', `regexp_replace(server, ':\\d{8}:', ':00000000:')`)],
  ['the clock was set back', () => write('seen', 'seen + 60')],
  ['the schema was dropped', () => server.sql(`DROP SCHEMA ${schema} CASCADE`)],
]

describe('a new epoch', () => {
  it.each(losses)('begins when %s, and refuses for good what could have been used before', async (_case, lose) => {
    const { ledger, events } = await openLedger()
    const { ledger: other } = await openLedger()
    const [used, unused] = [makeSpend(), makeSpend()]
    expect(await ledger.spend([used])).toEqual({ spent: true })
    const before = ledger.store.epoch
    expect(before.notBefore).toBe(0)
    await lose()
    await ledger.spend([used]).then(
      (outcome) => expect(outcome.spent).toBe(false),
      () => undefined,
    )
    await expect.poll(() => events.find(({ type }) => type === 'store_epoch'), { timeout: 15_000 }).toBeDefined()
    await expect
      .poll(() => [ledger.store.health, other.store.health], { timeout: 15_000 })
      .toEqual(['healthy', 'healthy'])
    await expect.poll(() => other.store.epoch.id, { timeout: 15_000 }).toBe(ledger.store.epoch.id)
    const { id, notBefore, secret } = ledger.store.epoch
    expect(id).not.toBe(before.id)
    expect(notBefore).toBeGreaterThan(now() + 2)
    expect(Buffer.from(secret).equals(before.secret)).toBe(false)
    for (const each of [ledger, other]) {
      for (const old of [used, unused, makeSpend({ issued: notBefore - 1 })]) {
        expect(await each.spend([old])).toEqual({ spent: false, exhausted: old.key })
      }
      const { issued: _unknown, ...ageless } = makeSpend({ until: notBefore + 600 })
      expect(await each.spend([ageless])).toEqual({ spent: false, exhausted: ageless.key })
      expect(await each.spend([makeSpend({ issued: notBefore, until: notBefore + 60 })])).toEqual({ spent: true })
    }
  })

  it('waits longer where another server may still acknowledge what this one does not know of', async () => {
    const { ledger, events } = await openLedger()
    await write('server', `'another'`)
    await expect.poll(() => events.find(({ type }) => type === 'store_epoch'), { timeout: 15_000 }).toBeDefined()
    expect(ledger.store.epoch.notBefore).toBeGreaterThan(now() + 15)
  })

  it('is the same for those that start when it began, and goes on across restarts of the server', async () => {
    const { ledger } = await openLedger()
    server.signal('SIGKILL')
    await server.restart()
    const { ledger: later } = await openLedger()
    expect(later.store.epoch).toMatchObject({ id: ledger.store.epoch.id, notBefore: 0 })
    await server.sql(`DELETE FROM ${schema}.epoch`)
    const opened = await Promise.all([openLedger(), openLedger(), openLedger()])
    expect(new Set(opened.map((one) => one.ledger.store.epoch.id)).size).toBe(1)
    expect(opened[0].ledger.store.epoch.notBefore).toBeGreaterThan(now())
  })

  it('tells its owner once, in the transaction that begins it', async () => {
    const told: MemoryLost[] = []
    const forget = async (query: PostgresQuery, lost: MemoryLost) => {
      told.push(lost)
      await query('DELETE FROM things')
      if (told.length === 1) throw new Error('the owner fails')
    }
    const databases = await Promise.all([openDatabase(forget), openDatabase(forget)])
    const [database] = databases
    await database.query('INSERT INTO things VALUES (1)')
    await server.sql(`DELETE FROM ${schema}.epoch`)
    await expect.poll(() => told.length, { timeout: 15_000 }).toBe(2)
    await expect
      .poll(() => databases.map(({ epoch }) => epoch.id), { timeout: 15_000 })
      .toEqual([told[1]?.id, told[1]?.id])
    expect((await database.query('SELECT id FROM things')).count).toBe(0)
    expect(told).toHaveLength(2)
  })
})

describe('a transaction', () => {
  it('is whole or not at all, and its statements belong to it alone', async () => {
    const database = await openDatabase()
    const insert = 'INSERT INTO things VALUES ($1)'
    const ids = async () =>
      (await database.query<{ id: number }>('SELECT id FROM things ORDER BY id')).rows.map(({ id }) => id)
    const fail = async (query: PostgresQuery) => {
      await query(insert, [1])
      throw new RangeError('of its own')
    }
    await expect(database.transact(fail)).rejects.toThrow(new RangeError('of its own'))
    expect(await database.transact(async (query) => (await query(insert, [2])).count)).toBe(1)
    await expect(database.query(insert, [2])).rejects.toMatchObject({ code: '23505', constraint: 'things_pkey' })
    const swallow = async (query: PostgresQuery) => {
      await query(insert, [3])
      await query(insert, [3]).catch(() => undefined)
    }
    await expect(database.transact(swallow)).rejects.toThrow(LedgerUnavailable)
    const late: PostgresQuery[] = []
    await database.transact(async (query) => void late.push(query))
    await expect(late[0]?.(insert, [4])).rejects.toThrow('The transaction is over')
    expect(await ids()).toEqual([2])
    expect(database.health).toBe('healthy')
  })

  it('is refused when another epoch has begun than it knows, before its work runs', async () => {
    const database = await openDatabase(undefined, 60_000)
    await server.sql(`DELETE FROM ${schema}.epoch`)
    let runs = 0
    const work = async (query: PostgresQuery) => {
      runs += 1
      await query('INSERT INTO things VALUES (1)')
    }
    await expect(database.transact(work)).rejects.toThrow(EpochEnded)
    expect(runs).toBe(0)
    await expect
      .poll(
        () =>
          database.transact(work).then(
            () => 'done',
            () => 'refused',
          ),
        { timeout: 15_000 },
      )
      .toBe('done')
  })

  it('ends before the epoch does', async () => {
    const database = await openDatabase((query) => query('DELETE FROM things').then(() => undefined))
    const { id } = database.epoch
    await database.transact(async (query) => {
      await server.sql(`DELETE FROM ${schema}.epoch`)
      await query('SELECT pg_sleep(0.5)')
      await query('INSERT INTO things VALUES (1)')
      expect((await query(record)).count).toBe(0)
    })
    await expect.poll(() => database.epoch.id, { timeout: 15_000 }).not.toBe(id)
    expect((await database.query('SELECT id FROM things')).count).toBe(0)
  })
})

describe('a process that knows more than the server', () => {
  /** What `settleEpoch` makes of the record that is there, for a process that knows this. */
  async function settle(known: { readonly generation: number; readonly position: bigint; readonly id?: string }) {
    const address = parsePostgresAddress(server.url)
    const connections = openConnections({ address, schema, max: 1, timeoutMs: 2000, connectTimeoutMs: 2000 })
    const connection = await connections.take()
    const { rows } = await connection.run<{ id: string }>(record)
    const epoch = { id: rows[0]?.id ?? '', notBefore: 0, secret: new Uint8Array(32), ...known }
    const settled = await settleEpoch(connection, {
      schema,
      known: epoch,
      clock: now,
      timeoutMs: 2000,
      onMemoryLost: undefined,
    })
    connection.release()
    await connections.close()
    return { settled, found: rows[0]?.id }
  }

  it('starts an epoch where an older copy of the disk was put back: the log ends before what it has seen', async () => {
    await openDatabase()
    const same = await settle({ generation: 1, position: 1n })
    expect(same.settled.id).toBe(same.found)
    const { settled, found } = await settle({ generation: 1, position: 2n ** 60n })
    expect(settled.id).not.toBe(found)
    expect(settled.notBefore).toBeGreaterThan(now())
  })

  it('starts an epoch where the server was left behind: its record is sound, and older than another', async () => {
    await openDatabase()
    const { settled, found } = await settle({ id: 'another', generation: 2 ** 40, position: 0n })
    expect(settled).toMatchObject({ generation: 2 ** 40 + 1 })
    expect(settled.id).not.toBe(found)
    const followed = await settle({ id: 'another', generation: 2 ** 40, position: 2n ** 60n })
    expect(followed.settled.id).toBe(settled.id)
  })

  it('judges so in every statement, too', async () => {
    const database = await openDatabase()
    const text = `SELECT (${schema}.judge($1, $2, $3)).verdict`
    const verdicts = async (id: string, time: number, lsn: string | null) =>
      (await database.query<{ verdict: string }>(text, [id, time, lsn])).rows[0]?.verdict
    const { id } = database.epoch
    expect(await verdicts(id, now(), '0/1')).toBe('ok')
    expect(await verdicts(id, now(), 'FFFFFF/0')).toBe('lost')
    expect(await verdicts(id, now() + 6, null)).toBe('clock')
    expect(await verdicts('another', now() + 6, 'FFFFFF/0')).toBe('epoch')
  })
})
