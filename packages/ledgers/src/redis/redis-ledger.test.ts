/** Single use on a real Redis, by several ledgers at once. */

import { expect, it } from 'vitest'
import { freshKey, makeSpend, now, race } from '../testing/spends.test-fixture.ts'
import { createClient } from './bare-client.test-fixture.ts'
import { setUpRedis } from './redis.test-fixture.ts'

const scene = setUpRedis()

it('asks and then writes, as a store without the script does, lets one proof through many times', async () => {
  const redis = createClient(scene.server)
  const spend = async () => {
    if ((await redis.get('proof')) !== null) return false
    await redis.set('proof', '1')
    return true
  }
  const spent = await Promise.all(Array.from({ length: 20 }, spend))
  redis.disconnect()
  expect(spent.filter(Boolean).length).toBeGreaterThan(1)
})

it('spends a proof once, however many ledgers are asked at once', async () => {
  const ledgers = await Promise.all(Array.from({ length: 4 }, () => scene.open()))
  for (let proof = 0; proof < 25; proof++) expect(await race(ledgers, makeSpend(), 40)).toBe(1)
})

it('spends a capability exactly as many times as it has uses', async () => {
  const ledgers = await Promise.all(Array.from({ length: 4 }, () => scene.open()))
  expect(await race(ledgers, makeSpend({ kind: 'capability', limit: 7 }), 60)).toBe(7)
})

it('counts up to the largest limit there is', async () => {
  const ledger = await scene.open()
  expect(await ledger.spend([makeSpend({ limit: Number.MAX_SAFE_INTEGER })])).toEqual({ spent: true })
})

it('spends all keys of a call or none, and names the first that has no use left', async () => {
  const ledger = await scene.open()
  const proof = makeSpend()
  const used = makeSpend({ kind: 'capability', limit: 2 })
  await ledger.spend([used])
  await ledger.spend([used])
  expect(await ledger.spend([proof, used])).toEqual({ spent: false, exhausted: used.key })
  expect(await ledger.spend([proof])).toEqual({ spent: true })
})

it('counts a key that stands twice in a call twice', async () => {
  const ledger = await scene.open()
  const twice = makeSpend({ kind: 'capability', limit: 3 })
  expect(await ledger.spend([twice, twice])).toEqual({ spent: true })
  expect(await ledger.spend([twice, twice])).toEqual({ spent: false, exhausted: twice.key })
  expect(await ledger.spend([twice])).toEqual({ spent: true })
})

it('keeps things of different kinds apart', async () => {
  const ledger = await scene.open()
  const key = freshKey()
  expect(await ledger.spend([makeSpend({ key, kind: 'code' })])).toEqual({ spent: true })
  expect(await ledger.spend([makeSpend({ key, kind: 'assertion' })])).toEqual({ spent: true })
  expect(await ledger.spend([makeSpend({ key, kind: 'code' })])).toEqual({ spent: false, exhausted: key })
})

it('judges calls of one turn on their own, in their order, though they go as few messages', async () => {
  const ledger = await scene.open({ heartbeatMs: 1000 })
  const spends = Array.from({ length: 600 }, () => makeSpend())
  const again = makeSpend({ kind: 'capability', limit: 3 })
  const before = await countMessages()
  const outcomes = await Promise.all(
    [...spends, ...spends, again, again, again, again].map((one) => ledger.spend([one])),
  )
  expect(outcomes.slice(0, 600).every((outcome) => outcome.spent)).toBe(true)
  expect(outcomes.slice(600, 1200).some((outcome) => outcome.spent)).toBe(false)
  expect(outcomes.slice(1200).map((outcome) => outcome.spent)).toEqual([true, true, true, false])
  // 1204 calls, 256 in each; a heartbeat may come between.
  expect((await countMessages()) - before).toBeLessThanOrEqual(7)
})

it('makes one round trip for everything that a call spends', async () => {
  const ledger = await scene.open({ heartbeatMs: 1000 })
  const before = await countMessages()
  await ledger.spend([makeSpend(), makeSpend({ kind: 'nonce' }), makeSpend({ kind: 'capability', limit: 9 })])
  expect((await countMessages()) - before).toBeLessThanOrEqual(2)
})

it('keeps a thing until its time, and as long as the longest that was asked for', async () => {
  const ledger = await scene.open()
  const use = makeSpend({ kind: 'capability', limit: 5, until: now() + 1000 })
  await ledger.spend([use])
  await ledger.spend([{ ...use, until: now() + 10 }])
  const [key = ''] = (await scene.server.command('KEYS', 'cs[^:]*')).split('\n')
  expect(key).not.toBe('')
  const expiry = await scene.server.command(
    'EVAL',
    `return redis.call('PEXPIRETIME', redis.call('KEYS', 'cs[^:]*')[1])`,
    '0',
  )
  expect(Number(expiry)).toBeGreaterThanOrEqual(use.until * 1000)
})

it('refuses a spend whose time has passed on either clock, for it would be forgotten at once', async () => {
  const ledger = await scene.open()
  await expect(ledger.spend([makeSpend({ until: now() - 1 })])).rejects.toThrow(RangeError)
  // Three seconds behind is what honest clocks may be.
  const behind = await scene.open({ clock: () => now() - 3 })
  const passed = makeSpend({ until: now() - 1 })
  await expect(behind.spend([passed])).rejects.toThrow(RangeError)
  await expect(behind.spend([makeSpend(), passed])).rejects.toThrow(RangeError)
})

it('refuses what is no spend, without harm to the others of its turn', async () => {
  const ledger = await scene.open()
  const asked = [makeSpend({ key: 'short' }), makeSpend({ limit: 0 }), makeSpend({ until: Number.NaN }), makeSpend()]
  const outcomes = await Promise.allSettled(asked.map((one) => ledger.spend([one])))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled'])
  expect(await ledger.spend([makeSpend({ until: 1e300 })])).toEqual({ spent: true })
  expect(await ledger.spend([])).toEqual({ spent: true })
})

it('keeps deployments with different prefixes apart on one server', async () => {
  const spend = makeSpend()
  const one = await scene.open()
  const other = await scene.open({ prefix: 'csa' })
  expect(await one.spend([{ ...spend, issued: now() + 60 }])).toEqual({ spent: true })
  expect(await other.spend([{ ...spend, issued: now() + 60 }])).toEqual({ spent: true })
})

async function countMessages(): Promise<number> {
  const stats = await scene.server.command('INFO', 'commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}
