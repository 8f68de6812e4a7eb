import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCapabilities } from './parse-capabilities.ts'
import { parseCapability } from './parse-capability.ts'
import { GRANTED, makeId, NOW, REQUESTED, RESOURCE } from './testing/capability.test-fixture.ts'

type Members = Readonly<Record<string, unknown>>

function judge(place: 'token' | 'request', members: Members, without?: string): string {
  const entry: Record<string, unknown> = { ...(place === 'token' ? GRANTED : REQUESTED), ...members }
  if (without !== undefined) delete entry[without]
  const parsed = place === 'token' ? parseCapability(entry, 'token') : parseCapability(entry, 'request')
  return parsed.ok ? 'ok' : parsed.reason
}

const ancestor = (number: number, members: Members = {}) => ({
  id: makeId(number),
  uses: 5,
  expires: NOW + 100,
  ...members,
})

describe('an entry', () => {
  it('is read as it was written, in a token and in a request', () => {
    const granted = { ...GRANTED, not_before: NOW, ancestors: [ancestor(7)] }
    expect(parseCapability(granted, 'token')).toEqual({ ok: true, value: granted })
    const requested = { ...REQUESTED, not_before: NOW }
    expect(parseCapability(requested, 'request')).toEqual({ ok: true, value: requested })
  })

  it('is read into a copy', () => {
    const source = { ...REQUESTED, arguments: { '/a': { one_of: [1] } } }
    const parsed = parseCapability(source, 'request')
    source.arguments['/a'].one_of.push(2)
    source.locations[0] = RESOURCE
    expect(parsed).toMatchObject({ value: { arguments: { '/a': { one_of: [1] } } } })
  })

  describe.each(['token', 'request'] as const)('in a %s is refused', (place) => {
    it.each<[string, Members, string]>([
      ['of another type', { type: 'mcp_tools' }, 'type'],
      ['of a type that is no text', { type: ['mcp_tool'] }, 'type'],
      ['with a member that nobody knows', { note: 1 }, 'unknown_member'],
      ['with a member of RFC 9396 that we do not know', { actions: ['read'] }, 'unknown_member'],
      ['with a member in another case', { Uses: 5 }, 'unknown_member'],
      ['with the name of a prototype', JSON.parse('{"__proto__":{}}'), 'unknown_member'],
      ['for no server', { locations: [] }, 'locations'],
      ['for two servers', { locations: [RESOURCE, 'https://other.example/mcp'] }, 'locations'],
      ['for a server that is no list', { locations: RESOURCE }, 'locations'],
      ['for a server that is no URI', { locations: ['notes'] }, 'locations'],
      ['for a server with a fragment', { locations: [`${RESOURCE}#`] }, 'locations'],
      ['for a server of another scheme', { locations: ['file:///etc'] }, 'locations'],
      ['for a server with a user', { locations: ['https://a@notes.example/'] }, 'locations'],
      ['for a server with a long name', { locations: [`${RESOURCE}/${'a'.repeat(2048)}`] }, 'locations'],
      ['for a tool without a name', { tool: '' }, 'tool'],
      ['for a tool whose name is no text', { tool: ['delete_note'] }, 'tool'],
      ['for a tool with a long name', { tool: 'a'.repeat(257) }, 'tool'],
      ['without uses', { uses: 0 }, 'uses'],
      ['with fewer uses than none', { uses: -1 }, 'uses'],
      ['with half a use', { uses: 1.5 }, 'uses'],
      ['with uses as a text', { uses: '1' }, 'uses'],
      ['with too many uses', { uses: 1001 }, 'uses'],
      ['with endless uses', { uses: Number.POSITIVE_INFINITY }, 'not_json'],
      ['with a beginning before all time', { not_before: -1 }, 'not_before'],
      ['with a beginning at no time', { not_before: null }, 'not_before'],
      ['with a beginning in fractions', { not_before: NOW + 0.5 }, 'not_before'],
      ['with a beginning in milliseconds', { not_before: NOW * 1000 }, 'not_before'],
      ['with constraints in a list', { arguments: [] }, 'arguments'],
      ['with no constraints to read', { arguments: null }, 'arguments'],
      ['with a name that is no pointer', { arguments: { note_id: { equals: 1 } } }, 'pointer'],
      ['with a constraint on everything', { arguments: { '': { equals: {} } } }, 'pointer'],
      [
        'with the name of a prototype for a pointer',
        { arguments: JSON.parse('{"__proto__":{"equals":1}}') },
        'pointer',
      ],
      ['with a pointer inside of another', { arguments: { '/a': { equals: {} }, '/a/b': { equals: 1 } } }, 'overlap'],
      ['with an unknown constraint', { arguments: { '/a': { like: 'x' } } }, 'constraint'],
      ['with a constraint that says nothing', { arguments: { '/a': { range: {} } } }, 'constraint_value'],
      ['with too many constraints', { arguments: manyConstraints(33) }, 'arguments'],
      ['with a text too long', { arguments: { '/a': { equals: 'a'.repeat(8192) } } }, 'size'],
      ['with too many values', { arguments: { '/a': { equals: new Array(1024).fill(1) } } }, 'size'],
      ['nested too deeply', { arguments: { '/a': { equals: nest(10) } } }, 'depth'],
      ['with a number beyond what is exact', { arguments: { '/a': { equals: 2 ** 53 } } }, 'not_json'],
    ])('%s', (_name, members, reason) => {
      expect(judge(place, members)).toBe(reason)
    })

    it.each(['type', 'locations', 'tool', 'arguments', 'uses'])('without %s', (member) => {
      expect(judge(place, {}, member)).toBe(member)
    })

    it('when it turns in a circle', () => {
      const circle: Record<string, unknown> = {}
      circle.equals = circle
      expect(judge(place, { arguments: { '/a': circle } })).toBe('depth')
    })
  })

  it.each<[string, Members, string]>([
    ['without an id', { id: undefined }, 'not_json'],
    ['with an id too short', { id: 'a'.repeat(21) }, 'id'],
    ['with an id too long', { id: 'a'.repeat(23) }, 'id'],
    ['with an id in another text for the same bits', { id: `${'a'.repeat(21)}B` }, 'id'],
    ['with an id in base64', { id: `${'a'.repeat(20)}+A` }, 'id'],
    ['with a number for an id', { id: 1 }, 'id'],
    ['with an expiry that is a text', { expires: '1' }, 'expires'],
    ['with an expiry before all time', { expires: -5 }, 'expires'],
    ['with an expiry in fractions', { expires: NOW + 0.5 }, 'expires'],
    ['with an expiry in milliseconds', { expires: NOW * 1000 }, 'expires'],
    ['that ends before it begins', { not_before: NOW + 60, expires: NOW + 60 }, 'window'],
    ['with the seconds of a request', { seconds: 60 }, 'unknown_member'],
    ['approved at no time', { approved_at: null }, 'approved_at'],
    ['approved at a time that is a text', { approved_at: '1' }, 'approved_at'],
    ['approved in fractions of a second', { approved_at: NOW + 0.5 }, 'approved_at'],
    ['approved in milliseconds', { approved_at: NOW * 1000 }, 'approved_at'],
    ['with no ancestors in the list of them', { ancestors: [] }, 'ancestors'],
    ['with ancestors that are no list', { ancestors: ancestor(2) }, 'ancestors'],
    ['with too many ancestors', { ancestors: [2, 3, 4, 5, 6].map((number) => ancestor(number)) }, 'ancestors'],
    ['with an ancestor twice', { ancestors: [ancestor(2), ancestor(2)] }, 'ancestors'],
    ['that is its own ancestor', { ancestors: [ancestor(1)] }, 'ancestors'],
    ['with an ancestor with more to say', { ancestors: [ancestor(2, { tool: 'x' })] }, 'ancestors'],
    ['with an ancestor without uses', { ancestors: [ancestor(2, { uses: 0 })] }, 'ancestors'],
    ['with an ancestor of a strange id', { ancestors: [ancestor(2, { id: 'x' })] }, 'ancestors'],
    ['with an ancestor of a strange expiry', { ancestors: [ancestor(2, { expires: 1.5 })] }, 'ancestors'],
    ['with an ancestor that is none', { ancestors: ['x'] }, 'ancestors'],
    ['with more uses than an ancestor', { uses: 6, ancestors: [ancestor(2)] }, 'ancestors'],
    ['that outlives an ancestor', { expires: NOW + 101, ancestors: [ancestor(2)] }, 'ancestors'],
    ['with ancestors in the wrong order', { ancestors: [ancestor(2), ancestor(3, { uses: 6 })] }, 'ancestors'],
    [
      'with an ancestor that outlives its own',
      { ancestors: [ancestor(2), ancestor(3, { expires: NOW + 101 })] },
      'ancestors',
    ],
  ])('in a token is refused %s', (_name, members, reason) => {
    expect(judge('token', members)).toBe(reason)
  })

  it.each<[string, Members, string]>([
    ['for no time', { seconds: 0 }, 'seconds'],
    ['for less than that', { seconds: -60 }, 'seconds'],
    ['for fractions', { seconds: 0.5 }, 'seconds'],
    ['for more than an hour', { seconds: 3601 }, 'seconds'],
    ['with an id', { id: makeId(1) }, 'unknown_member'],
    ['with an expiry', { expires: NOW + 60 }, 'unknown_member'],
    ['with ancestors', { ancestors: [ancestor(2)] }, 'unknown_member'],
    ['with an approval', { approved_at: NOW }, 'unknown_member'],
  ])('in a request is refused %s', (_name, members, reason) => {
    expect(judge('request', members)).toBe(reason)
  })

  it('has bounds that are in', () => {
    expect(judge('request', { seconds: 3600, uses: 1000, tool: 'a'.repeat(256) })).toBe('ok')
    expect(judge('request', { arguments: manyConstraints(32) })).toBe('ok')
    expect(judge('request', { arguments: {} })).toBe('ok')
    expect(judge('request', { arguments: { '/a': { equals: nest(9) } } })).toBe('ok')
    expect(judge('token', { not_before: NOW + 59 })).toBe('ok')
    expect(judge('token', { approved_at: NOW })).toBe('ok')
    expect(judge('token', { uses: 5, expires: NOW + 100, ancestors: [2, 3, 4, 5].map((n) => ancestor(n)) })).toBe('ok')
  })

  it('of whatever else is refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys(GRANTED)), (value, member) => {
        expect(parseCapability(value, 'token').ok).toBe(false)
        parseCapability({ ...GRANTED, [member]: value }, 'token')
        parseCapability({ ...GRANTED, arguments: { '/a': value } }, 'token')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a list of entries', () => {
  const list = (...entries: unknown[]) => parseCapabilities(entries, 'token')
  const asked = (...entries: unknown[]) => parseCapabilities(entries, 'request')

  it('may be absent', () => {
    expect(parseCapabilities(undefined, 'token')).toEqual({ ok: true, value: [] })
    expect(parseCapabilities(undefined, 'request')).toEqual({ ok: true, value: [] })
  })

  it.each([null, {}, 'mcp_tool', 1, { length: 0 }])('that is %j is refused', (details) => {
    expect(parseCapabilities(details, 'token')).toEqual({ ok: false, reason: 'list' })
    expect(parseCapabilities(details, 'request')).toEqual({ ok: false, reason: 'list' })
  })

  it('is read in order, other types passed over in a token and refused in a request', () => {
    const second = { ...GRANTED, id: makeId(2) }
    expect(list(GRANTED, { type: 'payment', amount: 1 }, second)).toEqual({ ok: true, value: [GRANTED, second] })
    expect(asked(REQUESTED, { type: 'payment' })).toEqual({ ok: false, reason: 'unknown_type' })
    expect(asked(REQUESTED, REQUESTED)).toEqual({ ok: true, value: [REQUESTED, REQUESTED] })
  })

  it('is spoilt by one bad entry of ours, wherever it stands', () => {
    expect(list(GRANTED, { ...GRANTED, id: makeId(2), note: 1 })).toEqual({ ok: false, reason: 'unknown_member' })
    expect(list({ type: 'mcp_tool' }, GRANTED)).toMatchObject({ ok: false })
    expect(asked(REQUESTED, { ...REQUESTED, uses: 0 })).toEqual({ ok: false, reason: 'uses' })
  })

  it.each([null, 1, 'mcp_tool', {}, { type: 1 }, ['mcp_tool'], Object.create({ type: 'payment' })])(
    'is refused for an entry that has no type: %j',
    (entry) => {
      expect(list(GRANTED, entry)).toEqual({ ok: false, reason: 'list' })
      expect(asked(REQUESTED, entry)).toEqual({ ok: false, reason: 'list' })
    },
  )

  it('does not hold two capabilities of one id, which would share a count', () => {
    expect(list(GRANTED, { ...GRANTED, uses: 1000 })).toEqual({ ok: false, reason: 'duplicate_id' })
  })

  it('has an end', () => {
    const others = (count: number) => Array.from({ length: count }, () => ({ type: 'payment' }))
    expect(list(...others(32)).ok).toBe(true)
    expect(list(...others(33))).toEqual({ ok: false, reason: 'list' })
  })
})

function manyConstraints(count: number): Members {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`/a${i}`, { equals: i }]))
}

/** Depth 12 in all: the entry, its arguments and the constraint take three. */
function nest(depth: number): unknown {
  return depth === 0 ? 1 : [nest(depth - 1)]
}
