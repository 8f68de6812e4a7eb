import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatChallenge, parseChallenges } from './challenge.ts'

describe('a WWW-Authenticate challenge (RFC 9110 §11.6.1)', () => {
  it('quotes every value', () => {
    const params = { error: 'invalid_token', scope: 'notes:read notes:write', algs: 'ES256 EdDSA' }
    expect(formatChallenge({ scheme: 'DPoP', params })).toBe(
      'DPoP error="invalid_token", scope="notes:read notes:write", algs="ES256 EdDSA"',
    )
    expect(formatChallenge({ scheme: 'DPoP', params: {} })).toBe('DPoP')
    expect(formatChallenge({ scheme: 'DPoP', params: { a: 'q"b\\' } })).toBe('DPoP a="q\\"b\\\\"')
  })

  it.each(['a\r\nSet-Cookie: b', 'a\nb', 'a\0', 'é', 'a\u2028', '\x7f'])(
    'is no way to write a header of its own: %j',
    (value) => {
      expect(() => formatChallenge({ scheme: 'DPoP', params: { error: value } })).toThrow(TypeError)
      expect(() => formatChallenge({ scheme: 'DPoP', params: { [value]: 'a' } })).toThrow(TypeError)
      expect(() => formatChallenge({ scheme: value, params: {} })).toThrow(TypeError)
    },
  )

  it('never quotes the value that it refuses', () => {
    expect(() => formatChallenge({ scheme: 'DPoP', params: { error: 'secret\n' } })).toThrow(/^(?!.*secret)/)
  })

  it('is read as it was written', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,10}$/)
    const value = fc.string({ unit: fc.constantFrom(...' !"#,=\\az~'), maxLength: 20 })
    const challenge = fc.record({
      scheme: fc.constantFrom('DPoP', 'Bearer'),
      params: fc.dictionary(name, value, { maxKeys: 5 }),
    })
    fc.assert(
      fc.property(challenge, ({ scheme, params }) => {
        const [read, ...rest] = parseChallenges(formatChallenge({ scheme, params }))
        expect(rest).toEqual([])
        expect(read?.scheme).toBe(scheme)
        expect({ ...read?.params }).toEqual({ ...params })
      }),
    )
  })
})

describe('reading challenges', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['Bearer', [['Bearer', {}]]],
    ['Negotiate YWJj==', [['Negotiate', {}]]],
    [
      'Negotiate YWJj==, DPoP error="a"',
      [
        ['Negotiate', {}],
        ['DPoP', { error: 'a' }],
      ],
    ],
    [
      'Bearer realm="a, b", DPoP algs="ES256 EdDSA"',
      [
        ['Bearer', { realm: 'a, b' }],
        ['DPoP', { algs: 'ES256 EdDSA' }],
      ],
    ],
    [
      'Bearer, DPoP',
      [
        ['Bearer', {}],
        ['DPoP', {}],
      ],
    ],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['Basic', { realm: 'simple' }],
      ],
    ],
    ['DPoP Error="a" , SCOPE = "b c"', [['DPoP', { error: 'a', scope: 'b c' }]]],
    [
      'Bearer resource_metadata=https://a.example/.well-known/x',
      [['Bearer', { resource_metadata: 'https://a.example/.well-known/x' }]],
    ],
    ['Bearer error="a", error="b"', [['Bearer', { error: 'a' }]]],
    ['DPoP error="unterminated', [['DPoP', {}]]],
    ['DPoP error=', [['DPoP', {}]]],
    ['DPoP error="a" garbage?! more', [['DPoP', { error: 'a' }]]],
    ['"quoted" first', []],
    ['a="b"', []],
  ] as const)('reads %j', (header, challenges) => {
    expect(parseChallenges(header).map(({ scheme, params }) => [scheme, { ...params }])).toEqual(challenges)
  })

  it('keeps a parameter called __proto__ a parameter', () => {
    const [challenge] = parseChallenges('DPoP __proto__="a", constructor="b"')
    expect(Object.keys(challenge?.params ?? {})).toEqual(['__proto__', 'constructor'])
  })

  it('reads no more than its bounds', () => {
    expect(parseChallenges('Bearer,'.repeat(1000))).toHaveLength(16)
    const many = Array.from({ length: 100 }, (_, index) => `p${index}="a"`).join(',')
    expect(Object.keys(parseChallenges(`DPoP ${many}`)[0]?.params ?? {})).toHaveLength(32)
  })

  it('answers any text, at once', () => {
    const pieces = fc.constantFrom('DPoP', ' ', ',', '=', '"', '\\', 'a', '\t', 'a="b"', '==', '/')
    const header = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 50 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(header, (text) => {
        expect(Array.isArray(parseChallenges(text))).toBe(true)
      }),
      { numRuns: 1000 },
    )
    const hostile = [
      'DPoP a="'.padEnd(8000, '\\'),
      'DPoP '.padEnd(8000, 'a'),
      `DPoP a${' '.repeat(8000)}`,
      'a '.repeat(4000),
      'a,'.repeat(4000),
      `${'a=a '.repeat(2000)}`,
      'DPoP a="'.padEnd(8000, ' \t'),
    ]
    const started = performance.now()
    for (const text of hostile) parseChallenges(text)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
