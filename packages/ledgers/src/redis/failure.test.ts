/** A Redis that stalls, is cut off, loses replies, is full: what a spend says then, and that it never happens twice. */

import type { StoreEvent } from '@countersign/core'
import { type FaultProxy, startFaultProxy } from '@countersign/store-servers'
import { afterEach, expect, it, vi } from 'vitest'
import { makeSpend, now, race } from '../testing/spends.test-fixture.ts'
import { setUpRedis } from './redis.test-fixture.ts'
import type { RedisLedger } from './redis-ledger.ts'
import type { RedisLedgerOptions } from './redis-options.ts'

const scene = setUpRedis()
let proxy: FaultProxy | undefined

afterEach(async () => {
  await proxy?.close()
  proxy = undefined
  vi.restoreAllMocks()
})

async function openThroughProxy(options: RedisLedgerOptions = {}): Promise<{ ledger: RedisLedger; proxy: FaultProxy }> {
  proxy = await startFaultProxy({ port: scene.server.port })
  return { ledger: await scene.open(options, `redis://127.0.0.1:${proxy.port}`), proxy }
}

async function becomes(ledger: RedisLedger, health: string): Promise<void> {
  await expect.poll(() => ledger.store.health, { timeout: 8000, interval: 10 }).toBe(health)
}

it('rejects in time when the server stalls, refuses at once while it does, and is back by itself', async () => {
  const told: StoreEvent[] = []
  const ledger = await scene.open({ timeoutMs: 100, onEvent: (event) => told.push(event) })
  const stalled = makeSpend()
  scene.server.signal('SIGSTOP')
  try {
    const asked = performance.now()
    await expect(ledger.spend([stalled])).rejects.toMatchObject({ name: 'LedgerUnavailable', fault: 'timeout' })
    expect(performance.now() - asked).toBeLessThan(1500)
    await becomes(ledger, 'unhealthy')
    const again = performance.now()
    await expect(ledger.spend([stalled])).rejects.toMatchObject({ name: 'LedgerUnavailable' })
    expect(performance.now() - again).toBeLessThan(100)
  } finally {
    scene.server.signal('SIGCONT')
  }
  await becomes(ledger, 'healthy')
  expect((await ledger.spend([makeSpend()])).spent).toBe(true)
  expect(told.map((event) => (event.type === 'store_health' ? event.health : event.type))).toEqual(
    expect.arrayContaining(['store_epoch', 'unhealthy', 'degraded', 'healthy']),
  )
})

it('rejects a spend whose reply was lost, and does not make it again', async () => {
  const { ledger, proxy } = await openThroughProxy()
  const spend = makeSpend({ kind: 'capability', limit: 10 })
  proxy.dropReplies(1)
  await expect(ledger.spend([spend])).rejects.toMatchObject({ fault: 'down' })
  proxy.heal()
  await becomes(ledger, 'healthy')
  // It was applied, once: nine of ten uses are left.
  const other = await scene.open()
  expect(await race([other], spend, 20)).toBe(9)
})

it('rejects what is asked for while it is cut off, sends none of it later, and keeps its epoch', async () => {
  const { ledger, proxy } = await openThroughProxy()
  const { id } = ledger.store.epoch
  const spend = makeSpend()
  proxy.cut()
  await expect(ledger.spend([spend])).rejects.toMatchObject({ fault: 'down' })
  await becomes(ledger, 'unhealthy')
  proxy.heal()
  await becomes(ledger, 'healthy')
  expect(ledger.store.epoch.id).toBe(id)
  expect((await ledger.spend([spend])).spent).toBe(true)
})

it('goes on slowly over a slow network', async () => {
  const { ledger, proxy } = await openThroughProxy({ timeoutMs: 2000 })
  proxy.delay(20)
  const spend = makeSpend()
  expect(await race([ledger], spend, 10)).toBe(1)
})

it('spends nothing when its memory is full, and goes on when there is room', async () => {
  const ledger = await scene.open()
  const spend = makeSpend()
  await scene.server.command('CONFIG', 'SET', 'maxmemory', '1')
  await expect(ledger.spend([spend])).rejects.toMatchObject({ fault: 'full' })
  await scene.server.command('CONFIG', 'SET', 'maxmemory', '0')
  await expect.poll(() => ledger.spend([spend]).catch(() => undefined), { timeout: 5000 }).toEqual({ spent: true })
})

it('spends nothing while too few replicas are there', async () => {
  const ledger = await scene.open()
  await scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '1')
  await expect(ledger.spend([makeSpend()])).rejects.toMatchObject({ fault: 'replicas' })
  await scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
})

it('spends nothing while its clock and the store’s differ by more than 5 seconds, either way', async () => {
  let shift = 0
  const ledger = await scene.open({ clock: () => now() + shift })
  const spend = makeSpend()
  for (const wrong of [6, -6]) {
    shift = wrong
    await expect(ledger.spend([spend])).rejects.toMatchObject({ fault: 'clock' })
  }
  expect(ledger.store.health).toBe('degraded')
  shift = 4
  expect((await ledger.spend([spend])).spent).toBe(true)
})

/** From the moment that it yields is called this process has slept for so long, and does not know it. */
function fallAsleep(milliseconds: number): () => void {
  const awake = performance.now.bind(performance)
  let slept = 0
  vi.spyOn(performance, 'now').mockImplementation(() => awake() + slept)
  return () => {
    slept = milliseconds
  }
}

it('spends nothing on the word of a heartbeat of long ago: the server may have been replaced since', async () => {
  const ledger = await scene.open({ heartbeatMs: 1000 })
  fallAsleep(3500)()
  await expect(ledger.spend([makeSpend()])).rejects.toMatchObject({ fault: 'timeout' })
  await becomes(ledger, 'healthy')
  await expect
    .poll(() => ledger.spend([makeSpend()]).catch(() => undefined), { timeout: 5000 })
    .toEqual({ spent: true })
})

it('does not believe an answer that waited while this process slept', async () => {
  const ledger = await scene.open({ heartbeatMs: 1000 })
  const spend = makeSpend()
  const sleep = fallAsleep(2500)
  const asked = ledger.spend([spend])
  // Right after the message has left, and before anything can come back.
  setImmediate(sleep)
  await expect(asked).rejects.toMatchObject({ fault: 'timeout' })
  vi.restoreAllMocks()
  expect((await (await scene.open()).spend([spend])).spent).toBe(false)
})

it('loads its scripts again where an operator has flushed them', async () => {
  const ledger = await scene.open()
  await scene.server.command('SCRIPT', 'FLUSH')
  await expect(ledger.spend([makeSpend()])).rejects.toMatchObject({ name: 'LedgerUnavailable' })
  await expect
    .poll(() => ledger.spend([makeSpend()]).catch(() => undefined), { timeout: 5000 })
    .toEqual({ spent: true })
})

it('rejects what is under way when it is closed, and whatever comes later', async () => {
  const { ledger, proxy } = await openThroughProxy()
  proxy.stall()
  const underWay = ledger.spend([makeSpend()])
  setTimeout(() => void ledger.close(), 20)
  await expect(underWay).rejects.toMatchObject({ fault: 'down' })
  await expect(ledger.spend([makeSpend()])).rejects.toMatchObject({ name: 'LedgerUnavailable' })
})
