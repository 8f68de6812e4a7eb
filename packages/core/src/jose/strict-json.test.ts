import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonFault, parseStrictJson } from './strict-json.ts'

function faultOf(text: string, limits = {}): JsonFault | undefined {
  const result = parseStrictJson(text, limits)
  return result.ok ? undefined : result.reason
}

describe('strict JSON (RFC 8259, RFC 7493)', () => {
  it.each([
    '{}',
    '[]',
    'null',
    'true',
    '"a"',
    '0',
    '-1',
    '1.5',
    '9007199254740991',
    '{"a":{"b":[1,{"a":2}]},"c":"}{:,\\"\\\\"}',
    ' { "a" : [ 1 , 2 ] } ',
    '{"a:b":1,"c":"d:e"}',
    '"\\ud83d\\ude00"',
    '"😀"',
    '{"":1}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
  })

  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '[1,]',
    '01',
    '+1',
    '1.',
    '.5',
    'NaN',
    '"a',
    '"\\x"',
    '"\n"',
    '\ufeff{}',
    '{"a":1}{}',
    '// a\n1',
  ])('refuses %j, which is no JSON (§2)', (text) => {
    expect(parseStrictJson(text).ok).toBe(false)
  })

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"b":{"c":1,"c":2}}',
    '[{"a":1,"\\u0061":2}]',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":2}',
    '{"1":1,"1":2}',
  ])('refuses %s: one name, two members (§4)', (text) => {
    expect(faultOf(text)).toBe('duplicate_member')
  })

  it('refuses duplicates wherever they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.nat(5), (value, name, depth) => {
        const member = JSON.stringify(name)
        const twice = `{${member}:${JSON.stringify(value)},${member}:0}`
        const text = '[{"x":'.repeat(depth) + twice + '}]'.repeat(depth)
        // Its own numbers may be what is refused first.
        expect(['duplicate_member', 'number']).toContain(faultOf(text))
      }),
    )
  })

  it.each([
    '-0',
    '-0.0',
    '1e400',
    '1e-400',
    '9007199254740993.0',
    '9007199254740993e0',
    '9007199254740992',
    '-9007199254740993',
    '0.1000000000000000055',
    '1e21',
    '100000000000000000000',
  ])('refuses the number %s, which another parser may read otherwise (§6)', (number) => {
    expect(faultOf(`{"a":[${number}]}`)).toBe('number')
  })

  it.each([
    ['1.0', 1],
    ['1e3', 1000],
    ['1E+5', 100_000],
    ['0.10', 0.1],
    ['10e-1', 1],
    ['0.0', 0],
    ['0e7', 0],
    ['1e-07', 1e-7],
    ['-2.50', -2.5],
  ])('reads the number %s, which every parser reads as %d, as other languages write it', (number, value) => {
    expect(parseStrictJson(`{"a":${number}}`)).toEqual({ ok: true, value: { a: value } })
  })

  it('reads every number that ECMAScript writes within ±(2^53 − 1)', () => {
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.double({ min: -1e15, max: 1e15, noNaN: true }))
    fc.assert(
      fc.property(numbers, (number) => {
        expect(parseStrictJson(JSON.stringify({ number }))).toEqual({ ok: true, value: { number: number + 0 } })
      }),
    )
  })

  it.each([
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud83dx"',
    '"\\ud83d\\u0041"',
    '"\\ude00\\ud83d"',
    '"\ud800"',
    '{"\\uD800":1}',
    '"a\\n\\ud800"',
  ])('refuses the lone surrogate in %j (RFC 7493 §2.1)', (text) => {
    expect(faultOf(text)).toBe('syntax')
  })

  it('refuses what is nested deeper than it may be, 64 by default, without parsing it', () => {
    expect(faultOf('['.repeat(64) + ']'.repeat(64))).toBeUndefined()
    expect(faultOf('['.repeat(65) + ']'.repeat(65))).toBe('depth')
    expect(faultOf('[[1]]', { maxDepth: 1 })).toBe('depth')
    expect(faultOf('{"a":'.repeat(1_000_000))).toBe('depth')
    expect(faultOf('["[[["]', { maxDepth: 1 })).toBeUndefined()
  })

  it('refuses what is longer than it may be, counted as UTF-8', () => {
    expect(faultOf('"aaa"', { maxBytes: 5 })).toBeUndefined()
    expect(faultOf('"aaa"', { maxBytes: 4 })).toBe('size')
    expect(faultOf('"éé"', { maxBytes: 6 })).toBeUndefined()
    expect(faultOf('"éé"', { maxBytes: 5 })).toBe('size')
  })

  it('keeps a member called __proto__ a member', () => {
    const result = parseStrictJson('{"__proto__":{"admin":true}}')
    const value = result.ok ? (result.value as Record<string, unknown>) : {}
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect(value.admin).toBeUndefined()
  })

  it('is not fooled when somebody has polluted Object.prototype', () => {
    const prototype = Object.prototype as { polluted?: number }
    prototype.polluted = 1
    try {
      expect(parseStrictJson('{"a":{"b":1}}').ok).toBe(true)
      expect(faultOf('{"a":1,"a":2}')).toBe('duplicate_member')
    } finally {
      delete prototype.polluted
    }
  })

  it('agrees with JSON.parse wherever it accepts, and never throws', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"\\',
      '\\u',
      'd800',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'null',
      ' ',
      '"',
    )
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        const result = parseStrictJson(candidate)
        if (result.ok) expect(result.value).toEqual(JSON.parse(candidate))
      }),
      { numRuns: 1000 },
    )
  })

  it('accepts whatever JSON.stringify writes of small numbers', () => {
    const value = fc
      .jsonValue({ maxDepth: 5 })
      .filter((candidate) => !/\d{16}|e\+|-0\b/.test(JSON.stringify(candidate)))
    fc.assert(
      fc.property(value, (candidate) => {
        const text = JSON.stringify(candidate)
        expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })
})
