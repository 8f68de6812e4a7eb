import { describe, expect, it } from 'vitest'
import { parseCapability } from '../parse-capability.ts'
import { GRANTED } from '../testing/capability.test-fixture.ts'

function judge(constraint: unknown): string {
  const parsed = parseCapability({ ...GRANTED, arguments: { '/a': constraint } }, 'token')
  return parsed.ok ? 'ok' : parsed.reason
}

describe('a constraint is read', () => {
  it.each([
    { equals: null },
    { equals: false },
    { equals: '' },
    { equals: { b: [1, { c: 2 }] } },
    { one_of: [1] },
    { one_of: [1, '1', null, [1]] },
    { prefix: 'a' },
    { pattern: '[a-z]+' },
    { range: { min: 1 } },
    { range: { max: 1 } },
    { range: { min: 1, max: 1 } },
    { range: { min: -1.5, max: 2.5, integer: false } },
    { range: { min: 1, max: 2, integer: true } },
    { subset_of: ['a', { b: 1 }] },
    { within_path: '/' },
    { within_path: '/home/a/' },
    { within_path: 'notes' },
    { url_host: ['api.example'] },
    { url_host: ['127.0.0.1', '[::1]', 'xn--bcher-kva.example', 'localhost'] },
  ])('%j', (constraint) => {
    expect(judge(constraint)).toBe('ok')
  })
})

describe('a constraint of no kind, several or an unknown one is refused', () => {
  it.each<[string, unknown]>([
    ['none', {}],
    ['two', { equals: 1, one_of: [1] }],
    ['two of which one is unknown', { equals: 1, note: 'x' }],
    ['an unknown one', { not: 1 }],
    ['another case', { Equals: 1 }],
    ['a look-alike', { еquals: 1 }],
    ['the name of a prototype', JSON.parse('{"__proto__":{"equals":1}}')],
    ['another name of one', { constructor: 1 }],
    ['a bare value', 42],
    ['null', null],
    ['a list', [{ equals: 1 }]],
    ['a text', 'equals'],
  ])('%s', (_name, constraint) => {
    expect(judge(constraint)).toBe('constraint')
  })
})

describe('a constraint whose value its kind cannot have, or that contradicts itself, is refused', () => {
  it.each<[string, unknown]>([
    ['one of nothing', { one_of: [] }],
    ['one of no list', { one_of: 1 }],
    ['one of an object', { one_of: { 0: 1, length: 1 } }],
    ['one of the same twice', { one_of: [1, 2, 1] }],
    [
      'one of the same object twice',
      {
        one_of: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      },
    ],
    ['one of too many', { one_of: Array.from({ length: 129 }, (_, i) => i) }],
    ['an empty prefix', { prefix: '' }],
    ['a prefix that is no text', { prefix: 1 }],
    ['several prefixes', { prefix: ['a'] }],
    ['an empty pattern', { pattern: '' }],
    ['a pattern that is no text', { pattern: {} }],
    ['a pattern that is not closed', { pattern: '[a' }],
    ['a pattern with look-ahead', { pattern: '(?=a)a' }],
    ['a pattern with a back-reference', { pattern: '(a)\\1' }],
    ['a long pattern', { pattern: 'a'.repeat(257) }],
    ['a pattern that grows', { pattern: '(?:(?:a{0,10}){0,10}){0,10}' }],
    ['a range of anything', { range: {} }],
    ['a range of whole numbers of any size', { range: { integer: true } }],
    ['a range that is empty', { range: { min: 2, max: 1 } }],
    ['a range with another member', { range: { min: 1, exclusive: true } }],
    ['a range with a text', { range: { min: '1' } }],
    ['a range with null', { range: { min: 1, max: null } }],
    ['a range that is a list', { range: [1, 2] }],
    ['a range of whole numbers between fractions', { range: { min: 0.5, max: 2, integer: true } }],
    ['one below a fraction', { range: { max: 2.5, integer: true } }],
    ['a range of whole numbers, perhaps', { range: { min: 1, integer: 'yes' } }],
    ['a subset of nothing', { subset_of: [] }],
    ['a subset of the same twice', { subset_of: ['a', 'a'] }],
    ['an empty path', { within_path: '' }],
    ['a path with dots', { within_path: '/home/../etc' }],
    ['a path that is no text', { within_path: ['/home'] }],
    ['no host', { url_host: [] }],
    ['a host that is no list', { url_host: 'api.example' }],
    ['a host twice', { url_host: ['api.example', 'api.example'] }],
    ['a host that is no text', { url_host: [1] }],
    ['a host in capitals', { url_host: ['API.example'] }],
    ['a host with a port', { url_host: ['api.example:8443'] }],
    ['a host with the default port', { url_host: ['api.example:443'] }],
    ['a host with a user', { url_host: ['a@api.example'] }],
    ['a URL', { url_host: ['https://api.example'] }],
    ['a host and a path', { url_host: ['api.example/x'] }],
    ['any host of a domain', { url_host: ['*.example'] }],
    ['an empty host', { url_host: [''] }],
    ['an address in short', { url_host: ['127.1'] }],
    ['an address in hexadecimal', { url_host: ['0x7f000001'] }],
    ['an address as one number', { url_host: ['2130706433'] }],
    ['an address in octal', { url_host: ['0177.0.0.1'] }],
    ['an IPv6 address written long', { url_host: ['[0:0:0:0:0:0:0:1]'] }],
    ['an IPv6 address without brackets', { url_host: ['::1'] }],
    ['a host that is not in punycode', { url_host: ['bücher.example'] }],
  ])('%s', (_name, constraint) => {
    expect(judge(constraint)).toBe('constraint_value')
  })

  it('also when nothing is known to be wrong but a number', () => {
    expect(judge({ range: { min: Number.NaN } })).toBe('not_json')
    expect(judge({ range: { max: 2 ** 53 } })).toBe('not_json')
    expect(judge({ equals: -0 })).toBe('not_json')
    expect(judge({ equals: undefined })).toBe('not_json')
  })
})
