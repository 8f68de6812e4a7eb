import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFastVerifier } from '../node/fast-verifier.ts'
import type { Ledger, Spend, SpendKind, SpendOutcome } from '../ports/ledger.ts'
import { createMemoryLedger, type MemoryLedgerOptions } from './memory-ledger.ts'
import { spendKey } from './spend-key.ts'

const verifier = createFastVerifier()
const START = 1_800_000_000

function keyOf(id: string | number): string {
  const key = spendKey(verifier, [String(id)])
  if (typeof key !== 'string') throw new Error('the fast verifier answers at once')
  return key
}

function proof(id: string | number, until: number, rest: Partial<Spend> = {}): Spend {
  return { kind: 'proof', key: keyOf(id), limit: 1, until, ...rest }
}

function setUp(options: MemoryLedgerOptions = {}): { ledger: Ledger; time: { now: number } } {
  const time = { now: START }
  return { ledger: createMemoryLedger({ clock: () => time.now, ...options }), time }
}

const spent: SpendOutcome = { spent: true }

describe('the memory ledger', () => {
  it('spends an id once', async () => {
    const { ledger } = setUp()
    expect(await ledger.spend([proof('a', START + 100)])).toEqual(spent)
    expect(await ledger.spend([proof('a', START + 100)])).toEqual({ spent: false, exhausted: keyOf('a') })
    expect(await ledger.spend([proof('b', START + 100)])).toEqual(spent)
    expect(ledger.lifetime).toBe('run')
  })

  it('gives an id to one of many who ask at once', async () => {
    const { ledger } = setUp()
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => ledger.spend([proof('a', START + 100)])))
    expect(outcomes.filter((outcome) => outcome.spent)).toHaveLength(1)
  })

  it('spends all ids of a call or none', async () => {
    const { ledger } = setUp()
    await ledger.spend([proof('b', START + 100)])
    const outcome = await ledger.spend(['a', 'b', 'c'].map((id) => proof(id, START + 100)))
    expect(outcome).toEqual({ spent: false, exhausted: keyOf('b') })
    expect(await ledger.spend([proof('a', START + 100), proof('c', START + 100)])).toEqual(spent)
    expect(await ledger.spend([])).toEqual(spent)
  })

  it('spends nothing when a call names one id twice', async () => {
    const { ledger } = setUp()
    const outcome = await ledger.spend(['a', 'b', 'a'].map((id) => proof(id, START + 100)))
    expect(outcome).toEqual({ spent: false, exhausted: keyOf('a') })
    expect(await ledger.spend([proof('a', START + 100), proof('b', START + 100)])).toEqual(spent)
  })

  it('spends nothing when one of the ids is unfit', async () => {
    const { ledger } = setUp()
    const unfit = proof('b', START + 100, { limit: 2 })
    await expect(ledger.spend([proof('a', START + 100), unfit])).rejects.toThrow(/limit must be 1/)
    expect(await ledger.spend([proof('a', START + 100)])).toEqual(spent)
  })

  it.each<SpendKind>(['assertion', 'code', 'refresh_token', 'nonce'])(
    'holds no %s, and says what does',
    async (kind) => {
      const { ledger } = setUp()
      await expect(ledger.spend([proof('a', START + 100, { kind })])).rejects.toThrow(/durable ledger/)
    },
  )

  it('keeps nothing longer than it was made for', async () => {
    const { ledger } = setUp({ maxRetention: 60 })
    expect(await ledger.spend([proof('a', START + 60)])).toEqual(spent)
    await expect(ledger.spend([proof('b', START + 60.5)])).rejects.toThrow(/raise maxRetention/)
    await expect(ledger.spend([proof('b', Number.NaN)])).rejects.toThrow(RangeError)
    await expect(ledger.spend([proof('b', Number.POSITIVE_INFINITY)])).rejects.toThrow(RangeError)
  })

  it('keeps ids as long as the widest proof policy asks for, by default', async () => {
    const { ledger } = setUp()
    // maxAhead 300, maxAge 300, and twice a clock difference of 5.
    expect(await ledger.spend([proof('a', START + 610)])).toEqual(spent)
  })

  it.each([
    '',
    'short',
    `${'A'.repeat(42)}`,
    `${'A'.repeat(44)}`,
    `${'A'.repeat(20)}!${'A'.repeat(22)}`,
    `é${'A'.repeat(42)}`,
  ])('takes no key that is no digest: %j', async (key) => {
    const { ledger } = setUp()
    await expect(ledger.spend([{ ...proof('a', START + 1), key }])).rejects.toThrow(/spendKey/)
  })

  it('holds a key of zeros like any other', async () => {
    const { ledger } = setUp()
    const zeros = { ...proof('a', START + 100), key: 'A'.repeat(43) }
    expect(await ledger.spend([zeros])).toEqual(spent)
    expect((await ledger.spend([zeros])).spent).toBe(false)
  })

  it('refuses what is beyond its capacity, and forgets nothing for it', async () => {
    const { ledger, time } = setUp({ capacity: 3 })
    for (const id of ['a', 'b']) await ledger.spend([proof(id, START + 100)])
    await expect(ledger.spend([proof('c', START + 100), proof('d', START + 100)])).rejects.toThrow(/holds 3 live ids/)
    expect(await ledger.spend([proof('c', START + 100)])).toEqual(spent)
    await expect(ledger.spend([proof('d', START + 100)])).rejects.toThrow(/capacity/)
    expect(await ledger.spend([proof('a', START + 100)])).toEqual({ spent: false, exhausted: keyOf('a') })
    time.now += 111
    expect(await ledger.spend([proof('e', time.now + 100)])).toEqual(spent)
    time.now += 111
    expect(await ledger.spend([proof('f', time.now + 100)])).toEqual(spent)
  })

  it('works on under a steady load for ever', async () => {
    const { ledger, time } = setUp({ capacity: 400 })
    for (let i = 0; i < 3000; i++) {
      time.now += 1
      expect(await ledger.spend([proof(i, time.now + 120)])).toEqual(spent)
      expect((await ledger.spend([proof(Math.max(0, i - 120), time.now + 120)])).spent).toBe(false)
    }
  })

  it('does not notice when the clock is set back by a few seconds', async () => {
    const { ledger, time } = setUp()
    for (let i = 0; i < 500; i++) {
      time.now += i % 10 === 0 ? -9 : 2
      expect(await ledger.spend([proof(i, time.now + 20)])).toEqual(spent)
    }
  })

  it('does not forget an id when the clock is set back further, but refuses until it knows again', async () => {
    const { ledger, time } = setUp()
    await ledger.spend([proof('old', START + 100)])
    time.now += 111
    await ledger.spend([proof('new', time.now + 100)])
    time.now = START + 50
    // Whether `old` was spent nobody knows any more.
    await expect(ledger.spend([proof('old', START + 100)])).rejects.toThrow(/clock/)
    await expect(ledger.spend([proof('other', START + 150)])).rejects.toThrow(/clock/)
    time.now = START + 101
    expect(await ledger.spend([proof('other', START + 150)])).toEqual(spent)
    expect((await ledger.spend([proof('new', START + 150)])).spent).toBe(false)
  })

  it('gets over a clock that was a day ahead for a while', async () => {
    const { ledger, time } = setUp({ capacity: 1000 })
    time.now += 86_400
    await ledger.spend([proof('ahead', time.now + 100)])
    time.now -= 86_400
    for (let i = 0; i < 3000; i++) {
      time.now += 1
      expect(await ledger.spend([proof(i, time.now + 100)])).toEqual(spent)
    }
    expect((await ledger.spend([proof('ahead', time.now + 100)])).spent).toBe(false)
  })

  it('is not overcome by a clock that runs to and fro', async () => {
    const { ledger, time } = setUp()
    for (let i = 0; i < 300; i++) {
      time.now = START + (i % 2) * 50
      expect(await ledger.spend([proof(i, time.now + 100)])).toEqual(spent)
    }
    for (let i = 0; i < 300; i++) expect((await ledger.spend([proof(i, time.now + 100)])).spent).toBe(false)
  })

  it('never accepts an id twice while it lives, whatever the clock does', async () => {
    const step = fc.record({
      id: fc.nat(30),
      wait: fc.oneof(fc.nat(40), fc.integer({ min: -200, max: 400 })),
      keep: fc.integer({ min: 1, max: 150 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { ledger, time } = setUp()
        const lives = new Map<number, number>()
        for (const { id, wait, keep } of steps) {
          time.now += wait
          const until = time.now + keep
          const outcome = await ledger.spend([proof(id, until)]).catch(() => undefined)
          if (outcome?.spent !== true) continue
          expect(lives.get(id) ?? 0).toBeLessThan(time.now)
          lives.set(id, Math.max(until, lives.get(id) ?? 0))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('accepts every new id while the clock goes forward', async () => {
    const step = fc.record({ wait: fc.nat(100), keep: fc.integer({ min: 1, max: 150 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { ledger, time } = setUp()
        for (const [index, { wait, keep }] of steps.entries()) {
          time.now += wait
          expect(await ledger.spend([proof(index, time.now + keep)])).toEqual(spent)
        }
      }),
    )
  })
})

describe('the key of a spend', () => {
  it('keeps parts apart that would run together', () => {
    const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['1:a'], ['a', '1:b'], []].map((parts) =>
      spendKey(verifier, parts),
    )
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('is the same for the same parts', () => {
    expect(spendKey(verifier, ['a', 'b'])).toBe(spendKey(verifier, ['a', 'b']))
    expect(spendKey(verifier, ['a', 'b'])).toMatch(/^[\w-]{43}$/)
  })
})
