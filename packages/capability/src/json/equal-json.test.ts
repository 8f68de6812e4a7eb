import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalJson } from './equal-json.ts'

const parsed = (text: string) => JSON.parse(text)

describe('equality of JSON values', () => {
  it('holds between a value and its copy, in any order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const copy = parsed(JSON.stringify(value))
        const turned = Object.fromEntries(Object.entries(copy).reverse())
        expect(equalJson(copy, parsed(JSON.stringify(value)))).toBe(true)
        if (!Object.hasOwn(copy, '__proto__')) expect(equalJson(parsed(JSON.stringify(turned)), copy)).toBe(true)
      }),
    )
  })

  it('is what equal texts of values with sorted members are', () => {
    const small = fc.jsonValue({ maxDepth: 2 }).map((value) => parsed(JSON.stringify(value)))
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(equalJson(a, b)).toBe(canonical(a) === canonical(b))
        expect(equalJson(a, b)).toBe(equalJson(b, a))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['"42"', '42'],
    ['1', 'true'],
    ['0', 'false'],
    ['0', 'null'],
    ['null', '{}'],
    ['""', 'null'],
    ['[]', '{}'],
    ['{}', '[]'],
    ['[1]', '{"0":1}'],
    ['{"0":1}', '[1]'],
    ['[1,2]', '[2,1]'],
    ['[1]', '[1,1]'],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"a":1,"b":2}', '{"a":1}'],
    ['{"a":1}', '{"b":1}'],
    ['{"__proto__":{}}', '{"x":1}'],
    ['[1]', '{"0":1,"length":1}'],
    ['{"0":1,"length":1}', '[1]'],
    ['{"a":{"b":1}}', '{"a":{"b":2}}'],
    ['{}', '{"__proto__":{}}'],
    ['{"__proto__":1}', '{"__proto__":2}'],
    ['{"toString":null}', '{"x":null}'],
    ['"\\u00e9"', '"e\\u0301"'],
    ['"a"', '"\\u0430"'],
    ['9007199254740991', '9007199254740990'],
    ['1', '1.5'],
  ])('does not hold between %s and %s', (a, b) => {
    expect(equalJson(parsed(a), parsed(b))).toBe(false)
  })

  it('holds between two ways to write one number', () => {
    expect(equalJson(parsed('1.0'), parsed('1'))).toBe(true)
  })
})

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
  return `{${members.sort().join()}}`
}
