/** A Redis that has lost its memory, in each way in which one can: nothing that was spent is spent again. */
import type { StoreEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { makeSpend, now, race } from '../testing/spends.test-fixture.ts'
import { createClient } from './bare-client.test-fixture.ts'
import { beginFirstEpoch } from './first-epoch.ts'
import { setUpRedis } from './redis.test-fixture.ts'
import type { RedisLedger } from './redis-ledger.ts'

const scene = setUpRedis()

/** Long after every epoch of these tests began. */
const later = () => ({ issued: now() + 30, until: now() + 90 })

async function inEpochAfter(ledger: RedisLedger, before: string): Promise<void> {
  await expect.poll(() => ledger.store.epoch.id, { timeout: 5000, interval: 20 }).not.toBe(before)
}

it('without an epoch, lets a proof through a second time after FLUSHALL', async () => {
  const redis = createClient(scene.server)
  expect(await redis.set('proof', '1', 'PX', 60_000, 'NX')).toBe('OK')
  await redis.flushall()
  expect(await redis.set('proof', '1', 'PX', 60_000, 'NX')).toBe('OK')
  redis.disconnect()
})

it('refuses for good what was issued before FLUSHALL, and spends what comes after', async () => {
  const ledger = await scene.open()
  const { id } = ledger.store.epoch
  const proof = makeSpend()
  expect(await ledger.spend([proof])).toEqual({ spent: true })
  await scene.server.command('FLUSHALL')
  await expect(ledger.spend([proof])).rejects.toMatchObject({ name: 'LedgerUnavailable', fault: 'epoch' })
  await inEpochAfter(ledger, id)
  expect(await ledger.spend([proof])).toEqual({ spent: false, exhausted: proof.key })
  expect(await race([ledger], makeSpend(later()), 5)).toBe(1)
})

it('refuses what is of unknown age until everything from before must have run out', async () => {
  const ledger = await scene.open()
  await scene.server.command('FLUSHALL')
  await ledger.spend([makeSpend()]).catch(() => {})
  await expect.poll(() => ledger.store.epoch.notBefore).toBeGreaterThan(0)
  const { notBefore } = ledger.store.epoch
  const { issued: _, ...unknown } = makeSpend()
  expect((await ledger.spend([{ ...unknown, until: notBefore + 620 }])).spent).toBe(false)
  expect((await ledger.spend([{ ...unknown, until: notBefore + 621 }])).spent).toBe(true)
})

it('takes an empty store for one that lost its memory, unless a person says that it is new', async () => {
  await scene.server.command('FLUSHALL')
  const ledger = await scene.open()
  expect(ledger.store.epoch.notBefore).toBeGreaterThan(now() + 4)
  await expect(beginFirstEpoch(scene.server.url)).rejects.toMatchObject({ fault: 'foreign' })
})

it('lets nobody say so to a process that has spent there', async () => {
  const ledger = await scene.open()
  const proof = makeSpend()
  await ledger.spend([proof])
  const { id } = ledger.store.epoch
  await scene.server.command('FLUSHALL')
  await beginFirstEpoch(scene.server.url)
  await expect(ledger.spend([proof])).rejects.toMatchObject({ fault: 'epoch' })
  await inEpochAfter(ledger, id)
  expect(ledger.store.epoch.notBefore).toBeGreaterThan(now())
  expect((await ledger.spend([proof])).spent).toBe(false)
})

it('begins another epoch when the server was started again, with its data or without', async () => {
  const ledger = await scene.open()
  const proof = makeSpend()
  await ledger.spend([proof])
  const { id } = ledger.store.epoch
  await scene.server.restart()
  await inEpochAfter(ledger, id)
  await expect.poll(() => ledger.store.health).not.toBe('unhealthy')
  expect((await ledger.spend([proof])).spent).toBe(false)
  expect((await ledger.spend([makeSpend(later())])).spent).toBe(true)
})

it('settles one epoch among all processes, with one secret, and later than the one before', async () => {
  const ledgers = await Promise.all(Array.from({ length: 5 }, () => scene.open()))
  for (let loss = 0; loss < 2; loss++) {
    const before = ledgers.map(({ store }) => store.epoch)
    await scene.server.command('FLUSHALL')
    await Promise.allSettled(ledgers.map((ledger) => ledger.spend([makeSpend()])))
    for (const [index, ledger] of ledgers.entries()) await inEpochAfter(ledger, before[index]?.id ?? '')
    const after = ledgers.map(({ store }) => store.epoch)
    expect(new Set(after.map(({ id }) => id)).size).toBe(1)
    expect(new Set(after.map(({ secret }) => Buffer.from(secret).toString('hex'))).size).toBe(1)
    expect(after[0]?.notBefore).toBeGreaterThan(before[0]?.notBefore ?? Number.NaN)
    expect(after[0]?.secret).not.toEqual(before[0]?.secret)
    expect(await race(ledgers, makeSpend(later()), 20)).toBe(1)
  }
})

it('tells of each epoch, the first one too', async () => {
  const told: StoreEvent[] = []
  const ledger = await scene.open({ onEvent: (event) => told.push(event) })
  const first = ledger.store.epoch
  await scene.server.command('FLUSHALL')
  await ledger.spend([makeSpend()]).catch(() => {})
  await inEpochAfter(ledger, first.id)
  const { id, notBefore } = ledger.store.epoch
  const epochs = told.filter(({ type }) => type === 'store_epoch')
  expect(epochs).toEqual([
    { type: 'store_epoch', id: first.id, notBefore: 0 },
    { type: 'store_epoch', id, notBefore },
  ])
})

it('begins another epoch when the server was set to throw keys away, and back again', async () => {
  const ledger = await scene.open()
  const { id } = ledger.store.epoch
  const proof = makeSpend()
  await ledger.spend([proof])
  const set = (name: string, value: string) => scene.server.command('CONFIG', 'SET', name, value)
  // The record of the epoch has no time to run out, so that it stays.
  await set('maxmemory-policy', 'volatile-random')
  await set('maxmemory', '1')
  await expect.poll(() => scene.server.command('DBSIZE')).toBe('1')
  await set('maxmemory', '0')
  await set('maxmemory-policy', 'noeviction')
  await inEpochAfter(ledger, id)
  await expect
    .poll(() => ledger.spend([proof]).catch(() => undefined), { timeout: 5000 })
    .toMatchObject({ spent: false })
})

describe('by the record alone', () => {
  const set = (...fields: string[]) => scene.server.command('HSET', 'cs:epoch', ...fields)
  const milliseconds = (seconds: number) => String(Math.floor(seconds * 1000))

  it('knows a server that is another than the one it was settled on', async () => {
    const ledger = await scene.open()
    const { id } = ledger.store.epoch
    await set('server', 'another/one')
    await inEpochAfter(ledger, id)
    expect((await ledger.spend([makeSpend()])).spent).toBe(false)
  })

  it('knows a clock that was set back, after keys may have run out by it', async () => {
    const ledger = await scene.open()
    const { id } = ledger.store.epoch
    await set('seen', milliseconds(now() + 10))
    await expect(ledger.spend([makeSpend()])).rejects.toMatchObject({ fault: 'epoch' })
    await inEpochAfter(ledger, id)
    expect(ledger.store.epoch.notBefore).toBeLessThan(now() + 7)
  })

  it('refuses what could have been used until the latest time at which the clock was agreed on', async () => {
    const ledger = await scene.open()
    const { id } = ledger.store.epoch
    await set('seen', milliseconds(now() + 100), 'agreed', milliseconds(now() + 100))
    await inEpochAfter(ledger, id)
    expect(ledger.store.epoch.notBefore).toBeGreaterThan(now() + 100)
  })

  it('knows an older copy of itself, put back under a process that saw a later one', async () => {
    const ledger = await scene.open()
    const { id } = ledger.store.epoch
    const proof = makeSpend()
    await set('agreed', milliseconds(now() - 60), 'seen', milliseconds(now() - 60))
    await expect(ledger.spend([proof])).rejects.toMatchObject({ fault: 'epoch' })
    await inEpochAfter(ledger, id)
    expect((await ledger.spend([proof])).spent).toBe(false)
  })
})
