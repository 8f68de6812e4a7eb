/** Two masters at once: the network between them swallows everything, and each has a process that believes in it. */
import { connect, createServer } from 'node:net'
import { findFreePort, type RedisServer, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeSpend, now } from '../testing/spends.test-fixture.ts'
import { beginFirstEpoch } from './first-epoch.ts'
import { createRedisLedger } from './redis-ledger.ts'

const config = ['min-replicas-to-write 1', 'min-replicas-max-lag 2']
const ended: (() => unknown)[] = []
let old: RedisServer
let next: RedisServer
let swallow = () => {}

/** Passes on until it is told to swallow: then not even that a connection has ended. */
async function startWire(port: number): Promise<number> {
  let swallows = false
  swallow = () => {
    swallows = true
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('data', (chunk) => void (swallows || far.write(chunk)))
    far.on('data', (chunk) => void (swallows || near.write(chunk)))
    ended.push(() => [near, far].map((socket) => socket.destroy()))
  })
  const own = await findFreePort()
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve))
  ended.push(() => server.close())
  return own
}

async function start(options: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const server = await startRedis({ config, ...options })
  ended.unshift(() => server.stop())
  return server
}

beforeAll(async () => {
  old = await start({})
  next = await start({ replicaOf: { ...old, port: await startWire(old.port) } })
  await start({ replicaOf: next })
}, 30_000)
afterAll(async () => {
  for (const end of ended) await end()
})

it('lets through once what the old master still acknowledges, and has it end before the new epoch begins', async () => {
  await beginFirstEpoch(old.url)
  const behind = await createRedisLedger(old.url, { timeoutMs: 1000 })
  const warm = makeSpend()
  await behind.spend([warm])
  swallow()
  await next.command('REPLICAOF', 'NO', 'ONE')
  const ahead = await createRedisLedger(next.url, { timeoutMs: 1000 })

  // What claims to be of later than the new epoch is let through by both: the epoch is what stands between.
  const claimed = makeSpend({ issued: now() + 1000 })
  expect(await behind.spend([claimed])).toEqual({ spent: true })
  expect(await ahead.spend([claimed])).toEqual({ spent: true })

  const proof = makeSpend()
  expect(await behind.spend([proof])).toEqual({ spent: true })
  expect(await ahead.spend([proof])).toEqual({ spent: false, exhausted: proof.key })

  let last = now()
  const goesOn = async () => {
    const { spent } = await behind.spend([makeSpend()]).catch(() => ({ spent: false }))
    if (spent) last = now()
    return spent
  }
  await expect.poll(goesOn, { timeout: 12_000, interval: 20 }).toBe(false)
  expect(last).toBeLessThan(ahead.store.epoch.notBefore - 5)
  expect(await goesOn()).toBe(false)
  await Promise.all([behind.close(), ahead.close()])
})
