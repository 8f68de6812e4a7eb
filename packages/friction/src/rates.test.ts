import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRates, type RatedCall, type RatesOptions } from './rates.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function setUp(options: RatesOptions) {
  const rates = createRates(options)
  const call = (more: Partial<RatedCall> = {}) => rates.take({ client: 'agent', tool: 'read_notes', ...more })
  const granted = async (count: number, more: Partial<RatedCall> = {}) => {
    const all = await Promise.all(Array.from({ length: count }, () => call(more)))
    return all.filter(({ ok }) => ok).length
  }
  return { call, granted }
}

describe('plain rates', () => {
  it('give a client so many calls, and say when the next one is to be had', async () => {
    const { call, granted } = setUp({ perClient: { calls: 3, seconds: 60 } })
    expect(await granted(10)).toBe(3)
    vi.advanceTimersByTime(20_500)
    expect(await call()).toEqual({ ok: false, rate: 'perClient', retryAfter: 40 })
    vi.advanceTimersByTime(40_000)
    expect(await call()).toEqual({ ok: true })
  })

  it('count a user over all clients, and a client over all users', async () => {
    const { granted } = setUp({ perUser: { calls: 5, seconds: 60 } })
    expect(await granted(4, { user: 'ann', client: 'one' })).toBe(4)
    expect(await granted(4, { user: 'ann', client: 'two' })).toBe(1)
    expect(await granted(4, { user: 'bob', client: 'two' })).toBe(4)
    expect(await granted(9)).toBe(9)
  })

  it('count a tool for each client, so that none uses it up for the others', async () => {
    const { granted } = setUp({ perTool: { delete_note: { calls: 2, seconds: 60 } } })
    expect(await granted(5, { tool: 'delete_note' })).toBe(2)
    expect(await granted(5, { tool: 'delete_note', client: 'another' })).toBe(2)
    expect(await granted(50)).toBe(50)
  })

  it('take nothing from one when another refuses', async () => {
    const { granted } = setUp({
      perClient: { calls: 4, seconds: 60 },
      perTool: { delete_note: { calls: 1, seconds: 60 } },
    })
    expect(await granted(10, { tool: 'delete_note' })).toBe(1)
    expect(await granted(10)).toBe(3)
  })

  it('do not count what was refused: who keeps trying is served in time all the same', async () => {
    const { granted } = setUp({ perClient: { calls: 2, seconds: 10 } })
    expect(await granted(2)).toBe(2)
    for (let second = 0; second < 9; second += 1) {
      vi.advanceTimersByTime(1000)
      expect(await granted(5)).toBe(0)
    }
    vi.advanceTimersByTime(1001)
    expect(await granted(5)).toBe(2)
  })

  it.each(['__proto__', 'constructor', '', '\u0000'])('keep a client called %j apart', async (client) => {
    const { granted } = setUp({ perClient: { calls: 2, seconds: 10 }, perTool: {} })
    expect(await granted(5, { client, tool: client })).toBe(2)
    expect(await granted(5)).toBe(2)
  })

  it('refuse names of a megabyte, and keep nothing under them', async () => {
    const { call } = setUp({ perClient: { calls: 2, seconds: 10 } })
    const long = 'x'.repeat(1_000_000)
    expect(await call({ client: long })).toEqual({ ok: false, rate: 'perClient', retryAfter: 1 })
    expect(await call({ user: long })).toEqual({ ok: false, rate: 'perUser', retryAfter: 1 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are none where none are asked for', async () => {
    const { granted } = setUp({})
    expect(await granted(100, { user: 'ann' })).toBe(100)
  })

  it.each([
    ['no calls', { calls: 0, seconds: 1 }],
    ['half a call', { calls: 0.5, seconds: 1 }],
    ['negative time', { calls: 1, seconds: -1 }],
    ['more than a day', { calls: 1, seconds: 86_401 }],
    ['no number', { calls: Number.NaN, seconds: 1 }],
  ])('are an error with %s', (_name, rate) => {
    expect(() => createRates({ perTool: { delete_note: rate } })).toThrow('`perTool` of "delete_note"')
  })
})
