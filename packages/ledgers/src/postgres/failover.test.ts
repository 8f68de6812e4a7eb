/** A real failover: an asynchronous replica takes over and lacks what was acknowledged last; then the old primary comes back. */
import { type FaultProxy, type PostgresServer, startFaultProxy, startPostgres } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
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
})
afterAll(async () => {
  await ledger.close()
  await address.close()
  await Promise.all([replica.stop(), primary.stop()])
})

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
  await expect.poll(() => ledger.store.epoch.id, { timeout: 10_000 }).not.toBe(after)
  await expect.poll(() => ledger.store.health, { timeout: 10_000 }).toBe('healthy')
  return ledger.store.epoch
}

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
