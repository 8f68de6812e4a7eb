import { LedgerUnavailable, type Spend } from '@countersign/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { capture, createProcesses, send } from '../testing/processes.test-fixture.ts'
import { createTestStore } from '../testing/shared-store.test-fixture.ts'
import { createLateSpends } from './late-spends.ts'

const now = 1_800_000_000

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

function createWaiting(count: number): readonly Spend[] {
  return Array.from({ length: count }, (_, at) => ({
    kind: 'proof',
    key: `key-${at}`,
    limit: 1,
    issued: now,
    until: now + 100,
  }))
}

function setUp({ capacity }: { capacity?: number } = {}) {
  const store = createTestStore()
  const ledger = store.connect()
  const time = { now }
  const late = createLateSpends({ ledger, clock: () => time.now, ...(capacity !== undefined && { capacity }) })
  ledger.setHealth('unhealthy')
  return { store, ledger, time, late, pass: () => vi.advanceTimersByTimeAsync(500) }
}

describe('a proof that was refused because the store could not be asked', () => {
  it('is good for whoever captured it, where nobody spends it late', async () => {
    const all = await createProcesses()
    const captured = await capture(all.scene, await all.nonceOf(all.one))
    all.one.ledger.setHealth('unhealthy')
    expect(await send(all.one, captured)).toBe('ledger_unavailable down')
    all.one.ledger.setHealth('healthy')
    expect(await send(all.other, captured)).toBe('allowed')
  })

  it('is good for nobody a moment after the store is back', async () => {
    for (const affinity of ['process', undefined] as const) {
      const all = await createProcesses(affinity === undefined ? {} : { affinity })
      const captured = await capture(all.scene, await all.nonceOf(all.one))
      all.one.ledger.setHealth('unhealthy')
      await send(all.one, captured)
      all.one.ledger.setHealth('degraded')
      await vi.advanceTimersByTimeAsync(500)
      for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('replay_detected')
    }
  })

  it('is spent soon where a single call failed', async () => {
    const all = await createProcesses()
    const captured = await capture(all.scene, await all.nonceOf(all.one))
    all.one.ledger.fault = 'timeout'
    expect(await send(all.one, captured)).toBe('ledger_unavailable timeout')
    all.one.ledger.fault = undefined
    await vi.advanceTimersByTimeAsync(500)
    expect(await send(all.other, captured)).toBe('replay_detected')
  })
})

describe('what waits for the store', () => {
  it('is spent once, all of it, each by itself', async () => {
    const { late, ledger, store, pass } = setUp()
    for (const proof of createWaiting(200)) late.add(proof)
    await pass()
    expect([late.size, ledger.asked.length]).toEqual([200, 0])
    ledger.setHealth('healthy')
    late.flush()
    await pass()
    expect([late.size, store.counts.size, ledger.asked.length]).toEqual([0, 200, 200])
  })

  it('does not come in the moment in which all find the store back, nor twice', async () => {
    const { late, ledger } = setUp()
    for (const proof of createWaiting(1)) late.add(proof)
    ledger.setHealth('healthy')
    late.flush()
    late.flush()
    expect(ledger.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(500)
    expect(ledger.asked).toHaveLength(1)
  })

  it('goes on waiting when the store goes away again, without storming it', async () => {
    const { late, ledger, pass } = setUp()
    for (const proof of createWaiting(200)) late.add(proof)
    ledger.setHealth('healthy')
    ledger.fault = 'timeout'
    late.flush()
    await vi.advanceTimersByTimeAsync(499)
    expect(ledger.asked.length).toBeLessThanOrEqual(64 * 5)
    ledger.setHealth('unhealthy')
    await pass()
    const before = ledger.asked.length
    await pass()
    expect([late.size, ledger.asked.length]).toEqual([200, before])
  })

  it('is no more than the capacity, the newest', async () => {
    const { late, ledger, store, pass } = setUp({ capacity: 3 })
    for (const proof of createWaiting(5)) late.add(proof)
    ledger.setHealth('healthy')
    late.flush()
    await pass()
    expect([...store.counts.keys()]).toEqual(['key-2', 'key-3', 'key-4'])
  })

  it('is forgotten once nobody would accept it any more: out of time, or of an epoch that is over', async () => {
    for (const end of ['time', 'epoch'] as const) {
      const { late, ledger, store, time, pass } = setUp()
      for (const proof of createWaiting(2)) late.add(proof)
      if (end === 'time') time.now += 100
      else store.loseMemory(now + 1)
      ledger.setHealth('healthy')
      late.flush()
      await pass()
      expect([late.size, ledger.asked.length]).toEqual([0, 0])
    }
  })

  it('is given up where the ledger will not have it', async () => {
    const { late, ledger, pass } = setUp()
    ledger.spend = () => Promise.reject(new RangeError('its time has passed'))
    for (const proof of createWaiting(2)) late.add(proof)
    ledger.setHealth('healthy')
    late.flush()
    await pass()
    expect(late.size).toBe(0)
  })

  it('waits as long as nobody can say', async () => {
    const { late, ledger, pass } = setUp()
    ledger.spend = () => Promise.reject(new LedgerUnavailable('timeout'))
    for (const proof of createWaiting(2)) late.add(proof)
    late.flush()
    await pass()
    expect(late.size).toBe(2)
  })
})
