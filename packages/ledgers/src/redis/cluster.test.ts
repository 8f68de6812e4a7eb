/** Single use on a real cluster: all keys of a ledger lie on one of its nodes, which may change. */
import { type RedisCluster, startRedisCluster } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSpend, race } from '../testing/spends.test-fixture.ts'
import { beginFirstEpoch } from './first-epoch.ts'
import { createRedisLedger } from './redis-ledger.ts'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await startRedisCluster()
}, 30_000)
afterAll(() => cluster?.stop())

it('spends a proof once and a capability as often as it may, by four ledgers at once', async () => {
  await beginFirstEpoch(cluster.url)
  const ledgers = await Promise.all([1, 2, 3, 4].map(() => createRedisLedger(cluster.url, { timeoutMs: 2000 })))
  for (let proof = 0; proof < 10; proof++) expect(await race(ledgers, makeSpend(), 40)).toBe(1)
  expect(await race(ledgers, makeSpend({ kind: 'capability', limit: 5 }), 40)).toBe(5)
  const [ledger] = ledgers
  const capability = makeSpend({ kind: 'capability', limit: 1 })
  expect(await ledger?.spend([makeSpend(), makeSpend({ kind: 'nonce' }), capability])).toEqual({ spent: true })
  expect(await ledger?.spend([makeSpend(), capability])).toEqual({ spent: false, exhausted: capability.key })
  for (const one of ledgers) await one.close()
})

it('says so when a node is named as if it were alone', async () => {
  const [node] = cluster.nodes
  await expect(createRedisLedger(node?.url ?? '')).rejects.toMatchObject({
    fault: 'topology',
    message: expect.stringMatching(/redis\+cluster/),
  })
})

it('follows its slot to another node, in another epoch', async () => {
  const ledger = await createRedisLedger(cluster.url, { timeoutMs: 2000 })
  const { id } = ledger.store.epoch
  const proof = makeSpend()
  await ledger.spend([proof])
  const owner = await cluster.ownerOf('{cs}')
  const slot = await owner.command('CLUSTER', 'KEYSLOT', '{cs}')
  const other = cluster.nodes.find((node) => node.port !== owner.port)
  if (other === undefined) throw new Error('there are three')
  // The slot goes without its keys, as when an operator takes over by force.
  await owner.command('FLUSHALL')
  const otherId = await other.command('CLUSTER', 'MYID')
  for (const node of [other, owner]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', otherId)
  await expect(ledger.spend([proof])).rejects.toMatchObject({ name: 'LedgerUnavailable' })
  await expect.poll(() => ledger.store.epoch.id, { timeout: 10_000 }).not.toBe(id)
  await expect
    .poll(() => ledger.spend([proof]).catch(() => undefined), { timeout: 5000 })
    .toMatchObject({ spent: false })
  await ledger.close()
})
