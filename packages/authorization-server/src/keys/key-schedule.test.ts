import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scheduleKeys } from './key-schedule.ts'

const first = { kid: 'first', activeFrom: 0 }
const second = { kid: 'second', activeFrom: 1000 }
const at = (now: number, keys = [second, first]) => {
  const { published, gone } = scheduleKeys(keys, now, 100)
  return [published.map(({ key, state }) => `${key.kid} ${state}`), gone.map(({ kid }) => kid)]
}

describe('a signing key', () => {
  it('is published, then signs, then is published still, then goes', () => {
    expect(at(999)).toEqual([['first active', 'second next'], []])
    expect(at(1000)).toEqual([['second active', 'first retired'], []])
    expect(at(1099)).toEqual([['second active', 'first retired'], []])
    expect(at(1100)).toEqual([['second active'], ['first']])
  })

  it('signs, also where the clock is behind every one of them', () => {
    expect(at(5, [second])).toEqual([['second active'], []])
  })

  it('is the one that signs, whatever keys there are, and never goes before its time', () => {
    const key = fc.record({ kid: fc.string(), activeFrom: fc.nat(2000) })
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1, selector: ({ kid }) => kid }), fc.nat(2500), (keys, now) => {
        const { published, gone } = scheduleKeys(keys, now, 100)
        expect(published.length + gone.length).toBe(keys.length)
        expect(published.filter(({ state }) => state === 'active')).toHaveLength(1)
        expect(published[0]?.state).toBe('active')
        const active = published[0]?.key.activeFrom ?? 0
        for (const { activeFrom } of gone) expect(activeFrom <= active - 0 && now >= activeFrom + 100).toBe(true)
      }),
    )
  })
})
