import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReadiness } from './readiness.ts'

describe('readiness', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is given when every check passes', async () => {
    const ask = createReadiness({ store: async () => true, keys: async () => true }, () => 1000)
    expect(await ask()).toEqual({ ready: true, checks: { store: 'ok', keys: 'ok' } })
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['yields false', async () => false],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
  ])('is not when one %s, and says which', async (_how, check) => {
    const ask = createReadiness({ store: check, keys: async () => true }, () => 1000)
    expect(await ask()).toEqual({ ready: false, checks: { store: 'failed', keys: 'ok' } })
  })

  it('is not when one takes too long; nobody waits longer than that', async () => {
    const ask = createReadiness({ store: () => new Promise<boolean>(() => {}) }, () => 1000)
    const answer = ask()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await answer).toEqual({ ready: false, checks: { store: 'failed' } })
  })

  it('is asked about once a second at most, however many ask, also when the clock is set back', async () => {
    const time = { now: 1000 }
    const check = vi.fn(async () => true)
    const ask = createReadiness({ store: check }, () => time.now)
    await Promise.all([ask(), ask(), ask()])
    time.now += 0.9
    await ask()
    expect(check).toHaveBeenCalledTimes(1)
    time.now += 0.1
    await ask()
    expect(check).toHaveBeenCalledTimes(2)
    time.now -= 3600
    await ask()
    expect(check).toHaveBeenCalledTimes(3)
  })
})
