/** A real failover: an asynchronous replica takes over and lacks what was acknowledged last; then the old primary comes back. */
import { type FaultProxy, type PostgresServer, startFaultProxy, startPostgres } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
import { parsePostgresAddress } from './address.ts'
import { openConnections } from './connections.ts'
import { createPostgresLedger, type PostgresLedger } from './postgres-ledger.ts'
import { spendId } from './spend-batch.ts'

let primary: PostgresServer
let replica: PostgresServer
let address: FaultProxy
let ledger: PostgresLedger
beforeAll(async () => {
  primary = await startPostgres()
  replica = await primary.startReplica()
  address = await startFaultProxy({ port: primary.port })
}, 60_000)
afterAll(async () => {
  await ledger.close()
  await address.close()
  await Promise.all([replica.stop(), primary.stop()])
}, 60_000)

const url = (port: number) => primary.url.replace(`:${primary.port}/`, `:${port}/`)

/** As a virtual address does. */
async function moveAddress(to: PostgresServer): Promise<void> {
  const { port } = address
  await address.close()
  address = await startFaultProxy({ port: to.port, listen: port })
}

const count = (server: PostgresServer, id: string) =>
  server.sql(`SELECT count(*) FROM countersign_ledger.spends WHERE id = '${id}'`)

async function nextEpoch(after: string) {
  await expect.poll(() => ledger.store.epoch.id, { timeout: 15_000 }).not.toBe(after)
  await expect.poll(() => ledger.store.health, { timeout: 15_000 }).toBe('healthy')
  return ledger.store.epoch
}

it('a process that slept believes no answer on a connection from before, and makes another one', async () => {
  const pool = { schema: 'public', max: 1, timeoutMs: 1000, connectTimeoutMs: 1000 }
  const connections = openConnections({ ...pool, address: parsePostgresAddress(primary.url) })
  const first = await connections.take()
  const pid = async (connection: typeof first) =>
    (await connection.run<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid
  const before = await pid(first)
  const { now: steady } = performance
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => steady.call(performance) + 14_000)
  await expect(first.run('SELECT 1')).rejects.toThrow('timeout')
  first.release()
  const second = await connections.take()
  clock.mockRestore()
  expect(await pid(second)).not.toBe(before)
  second.release()
  await connections.close()
})

it('nothing is spent twice over two failovers, though each server has forgotten what the other acknowledged', async () => {
  ledger = await createPostgresLedger({ url: url(address.port), heartbeatMs: 200 })
  await expect(createPostgresLedger({ url: url(replica.port) })).rejects.toThrow('read-only replica')
  const replicated = makeSpend()
  await ledger.spend([replicated])
  await expect.poll(() => count(replica, spendId(replicated))).toBe('1')
  await replica.sql(`ALTER SYSTEM SET primary_conninfo = ''; SELECT pg_reload_conf()`)
  await expect.poll(() => replica.sql('SELECT count(*) FROM pg_stat_wal_receiver')).toBe('0')
  const lost = makeSpend()
  expect(await ledger.spend([lost])).toEqual({ spent: true })

  const first = ledger.store.epoch.id
  primary.signal('SIGKILL')
  await replica.promote()
  await moveAddress(replica)
  // The store itself would take it again.
  expect(await count(replica, spendId(lost))).toBe('0')
  const second = await nextEpoch(first)
  expect(second.notBefore).toBeGreaterThan(now() + 10)
  const from = { issued: second.notBefore, until: second.notBefore + 60 }
  const [early, fresh] = [makeSpend({ issued: second.notBefore - 1 }), makeSpend(from)]
  for (const spend of [replicated, lost, early]) expect(await ledger.spend([spend])).toMatchObject({ spent: false })
  expect(await ledger.spend([fresh])).toEqual({ spent: true })

  // Its record is whole, and says what it always said.
  await primary.restart()
  expect(await primary.sql('SELECT id FROM countersign_ledger.epoch')).toBe(first)
  await moveAddress(primary)
  const third = await nextEpoch(second.id)
  expect(third.notBefore).toBeGreaterThan(second.notBefore)
  for (const spend of [replicated, lost, early, fresh])
    expect(await ledger.spend([spend])).toMatchObject({ spent: false })
})
