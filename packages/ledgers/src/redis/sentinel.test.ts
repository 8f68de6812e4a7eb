/** A failover by real Sentinels that loses what the old master had acknowledged. */
import {
  type FaultProxy,
  type RedisServer,
  type Sentinels,
  startFaultProxy,
  startRedis,
  startSentinels,
} from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSpend, now, race } from '../testing/spends.test-fixture.ts'
import { beginFirstEpoch } from './first-epoch.ts'
import { createRedisChannel } from './redis-channel.ts'
import { createRedisLedger } from './redis-ledger.ts'

const config = ['min-replicas-to-write 1', 'min-replicas-max-lag 3']
let master: RedisServer
let replica: RedisServer
let sentinels: Sentinels
/** Between the two. */
let proxy: FaultProxy

beforeAll(async () => {
  master = await startRedis({ config })
  proxy = await startFaultProxy({ port: master.port })
  replica = await startRedis({ config, replicaOf: { ...master, port: proxy.port } })
  sentinels = await startSentinels({ master, downAfterMs: 300 })
}, 30_000)

afterAll(async () => {
  await sentinels?.stop()
  await Promise.all([replica?.stop(), master?.stop(), proxy?.close()])
})

it('says when the Sentinels know no such master', async () => {
  const wrong = sentinels.url.replace(/\/main$/, '/other')
  await expect(createRedisLedger(wrong)).rejects.toMatchObject({
    fault: 'address',
    message: expect.stringMatching(/SENTINEL MASTERS/),
  })
})

it('refuses what the old master had spent and the new one has never heard of', async () => {
  await beginFirstEpoch(sentinels.url)
  const ledgers = await Promise.all([1, 2].map(() => createRedisLedger(sentinels.url, { timeoutMs: 1000 })))
  const [ledger] = ledgers
  if (ledger === undefined) throw new Error('there are two')
  const channel = await createRedisChannel(sentinels.url)
  const heard: string[] = []
  channel.subscribe('topic', (message) => heard.push(message))
  const { id } = ledger.store.epoch

  proxy.stall()
  const lost = makeSpend()
  expect((await ledger.spend([lost])).spent).toBe(true)
  master.signal('SIGKILL')
  proxy.cut()
  const { port } = await sentinels.failedOver(master)
  expect(port).toBe(replica.port)
  // Without the epoch's record it could be spent again: the new master does not have it.
  expect(await replica.command('KEYS', 'cs[^:]*')).toBe('')
  // The only node left would wait for a replica for ever; an operator who knows what it means lets it go on.
  await expect.poll(() => replica.command('INFO', 'replication'), { timeout: 5000 }).toContain('role:master')
  const withoutReplicas = await ledger.spend([lost]).catch((error: unknown) => error)
  expect(withoutReplicas).toMatchObject({ name: 'LedgerUnavailable' })

  const second = await startRedis({ config, replicaOf: replica })
  try {
    for (const one of ledgers) await expect.poll(() => one.store.epoch.id, { timeout: 10_000 }).not.toBe(id)
    const { notBefore } = ledger.store.epoch
    // 5 s for clocks, 3 of lag, and what heartbeats leave unknown.
    expect(notBefore).toBeGreaterThan(now() + 8)
    expect(await race(ledgers, lost, 10)).toBe(0)
    expect(await race(ledgers, makeSpend({ issued: notBefore }), 10)).toBe(1)
    await expect
      .poll(
        () =>
          channel
            .publish('topic', 'after')
            .then(() => heard.includes('after'))
            .catch(() => false),
        { timeout: 5000 },
      )
      .toBe(true)
  } finally {
    await channel.close()
    for (const one of ledgers) await one.close()
    await second.stop()
  }
}, 40_000)
