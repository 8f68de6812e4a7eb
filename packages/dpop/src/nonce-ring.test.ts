import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonceRing, type NonceRing, type NonceRingOptions } from './nonce-ring.ts'

const START = 1_800_000_000
const SECRET = new Uint8Array(32).fill(7)

function setUp(options: NonceRingOptions = {}): { ring: NonceRing; time: { now: number } } {
  const time = { now: START }
  return { ring: createNonceRing({ secret: SECRET, clock: () => time.now, ...options }), time }
}

describe('a nonce (RFC 9449 §8)', () => {
  it('has the syntax of §8.1', async () => {
    expect(await setUp().ring.current()).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]{32}$/)
  })

  it('stays the same for a step, and is another one after it', async () => {
    const { ring, time } = setUp()
    const first = await ring.current()
    time.now += 29.9
    expect(await ring.current()).toBe(first)
    time.now += 0.1
    expect(await ring.current()).not.toBe(first)
  })

  it('is accepted until the end of its lifetime, and not a moment longer', async () => {
    const { ring, time } = setUp()
    const nonce = await ring.current()
    for (const age of [0, 30, 60, 90, 119.999]) {
      time.now = START + age
      expect(await ring.accepts(nonce)).toMatchObject({ expires: START + 120, issued: START - 5, place: 'store' })
    }
    time.now = START + 120
    expect(await ring.accepts(nonce)).toBeUndefined()
    time.now = START + 100_000
    expect(await ring.accepts(nonce)).toBeUndefined()
  })

  it('can be used for three steps at the least, however late in its step it was handed out', async () => {
    const { ring, time } = setUp()
    time.now = START + 29.999
    const nonce = await ring.current()
    time.now += 90
    expect(await ring.accepts(nonce)).toBeDefined()
  })

  it('runs out also when its lifetime ends within a step', async () => {
    const { ring, time } = setUp({ step: 30, lifetime: 75 })
    const nonce = await ring.current()
    time.now = START + 74.9
    expect(await ring.accepts(nonce)).toMatchObject({ expires: START + 75 })
    time.now = START + 75
    expect(await ring.accepts(nonce)).toBeUndefined()
  })

  it('of another secret is unknown', async () => {
    const nonce = await setUp({ secret: new Uint8Array(32).fill(8) }).ring.current()
    expect(await setUp().ring.accepts(nonce)).toBeUndefined()
  })

  it('of this run is unknown to the next, when no secret was given', async () => {
    const clock = (): number => START
    const nonce = await createNonceRing({ clock }).current()
    expect(await createNonceRing({ clock }).accepts(nonce)).toBeUndefined()
  })

  it('is known to every process that has the secret', async () => {
    expect(await setUp().ring.accepts(await setUp().ring.current())).toBeDefined()
  })

  it('that lies ahead is unknown, also after the clock was set back', async () => {
    const { ring, time } = setUp()
    time.now = START + 300
    const ahead = await ring.current()
    time.now = START
    expect(await ring.accepts(ahead)).toBeUndefined()
    expect(await ring.accepts(await ring.current())).toBeDefined()
    time.now = START + 300
    expect(await ring.accepts(ahead)).toBeDefined()
  })

  it('is unknown with any character changed', async () => {
    const { ring } = setUp()
    const nonce = await ring.current()
    for (let i = 0; i < nonce.length; i++) {
      const changed = `${nonce.slice(0, i)}${nonce[i] === 'A' ? 'B' : 'A'}${nonce.slice(i + 1)}`
      expect(await ring.accepts(changed)).toBeUndefined()
    }
  })

  it('is not found in any other text', async () => {
    const { ring } = setUp()
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await ring.accepts(text)).toBeUndefined()
      }),
    )
  })

  it('is made once when many ask at once', async () => {
    const { ring } = setUp()
    const nonces = await Promise.all(Array.from({ length: 100 }, () => ring.current()))
    expect(new Set(nonces).size).toBe(1)
  })

  it('takes nothing from the secret when that is changed afterwards', async () => {
    const secret = Uint8Array.from(SECRET)
    const { ring } = setUp({ secret })
    secret.fill(0)
    expect(await ring.accepts(await setUp().ring.current())).toBeDefined()
  })

  it.each([
    { secret: new Uint8Array(31) },
    { step: 0 },
    { step: -1 },
    { step: Number.NaN },
    { step: Number.POSITIVE_INFINITY },
    { lifetime: 59 },
    { lifetime: Number.NaN },
    { step: 1, lifetime: 101 },
    { clockDifference: -1 },
    { clockDifference: Number.NaN },
  ])('is not made with %o', (options) => {
    expect(() => createNonceRing(options)).toThrow(RangeError)
  })
})

describe('when a nonce can have been used first', () => {
  it('is the beginning of its step, on the clock that is furthest ahead', async () => {
    const { ring, time } = setUp({ clockDifference: 7 })
    time.now += 29
    expect(await ring.accepts(await ring.current())).toMatchObject({ issued: START - 7 })
  })

  it('is not before there was the secret', async () => {
    const { ring } = setUp({ notBefore: START + 11 })
    expect(await ring.accepts(await ring.current())).toMatchObject({ issued: START + 11 })
    const old = setUp({ notBefore: START - 1000 })
    expect(await old.ring.accepts(await old.ring.current())).toMatchObject({ issued: START - 5 })
  })
})
