import type { JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyJson } from './copy-json.ts'

const roomy = { depth: 64, values: 10_000, units: 100_000 }

function judge(value: unknown, limits: Partial<typeof roomy> = {}): string {
  const copied = copyJson(value, { ...roomy, ...limits })
  return copied.ok ? 'ok' : copied.reason
}

describe('a copy of JSON', () => {
  it('says the same as what it was made from', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value)
        const copied = copyJson(JSON.parse(text), roomy)
        if (copied.ok) expect(JSON.stringify(copied.value)).toBe(text)
        else expect(text).toMatch(/e\+?\d|\d{16}|\\ud|-0/i)
      }),
    )
  })

  it('does not change with what it was made from', () => {
    const source = { a: [1] }
    const copied = copyJson(source, roomy)
    source.a.push(2)
    expect(copied).toEqual({ ok: true, value: { a: [1] } })
  })

  it('holds names of prototypes as members of its own', () => {
    const copied = copyJson(JSON.parse('{"__proto__":{"equals":1},"constructor":2}'), roomy)
    if (!copied.ok) throw new Error(copied.reason)
    expect(JSON.stringify(copied.value)).toBe('{"__proto__":{"equals":1},"constructor":2}')
    expect(Object.getPrototypeOf(copied.value)).toBeNull()
  })

  it.each<[string, unknown]>([
    ['a number that is none', Number.NaN],
    ['an endless number', Number.POSITIVE_INFINITY],
    ['minus nought', -0],
    ['a number beyond what is exact', 2 ** 53],
    ['one below', -(2 ** 53)],
    ['half a character', 'a\ud800'],
    ['half a character in a name', { '\udfff': 1 }],
    ['nothing at all', undefined],
    ['a hole in a list', new Array(1)],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['an object with a prototype of its own', Object.create({ equals: 1 })],
  ])('is not made of %s', (_name, value) => {
    expect(judge(value)).toBe('not_json')
    expect(judge({ a: [value] })).toBe('not_json')
  })

  it('keeps the greatest exact numbers', () => {
    expect(judge([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1])).toBe('ok')
  })

  it('is not made of a circle', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(judge(circle)).toBe('depth')
  })

  it('has bounds for depth, number of values and length, each to the last one that is in', () => {
    expect([judge([[1]], { depth: 2 }), judge([[1]], { depth: 1 })]).toEqual(['ok', 'depth'])
    expect([judge([1, { a: 2 }], { values: 4 }), judge([1, { a: 2 }], { values: 3 })]).toEqual(['ok', 'size'])
    expect([judge({ abc: 'de' }, { units: 5 }), judge({ abc: 'de' }, { units: 4 })]).toEqual(['ok', 'size'])
    expect(judge({ abc: 1 }, { units: 2 })).toBe('size')
  })

  it('is refused at once for a list of millions', () => {
    const list: JsonValue[] = new Array<JsonValue>(5_000_000).fill(1)
    expect(judge(list, { values: 100 })).toBe('size')
  })
})
