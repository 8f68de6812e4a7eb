import { describe, expect, it } from 'vitest'
import { narrows } from './narrows.ts'
import { makeCapability, NOW } from './testing/capability.test-fixture.ts'

const parent = makeCapability({
  arguments: { '/folder': { prefix: 'a' }, '/note_id': { one_of: [41, 42] } },
  not_before: NOW,
  expires: NOW + 60,
  uses: 3,
})

function judge(members: Readonly<Record<string, unknown>>): string {
  const judged = narrows(makeCapability({ ...parent, ...members }), parent)
  return judged.ok ? 'ok' : judged.reason
}

describe('a child', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['is the same', {}],
    ['begins later', { not_before: NOW + 1 }],
    ['ends earlier', { expires: NOW + 59 }],
    ['has fewer uses', { uses: 2 }],
    ['says the same in another order', { arguments: { '/note_id': { one_of: [42, 41] }, '/folder': { prefix: 'a' } } }],
    ['says less', { arguments: { '/folder': { equals: 'ab' }, '/note_id': { equals: 42 } } }],
  ])('may be one that %s', (_name, members) => {
    expect(judge(members)).toBe('ok')
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['is for another server', { locations: ['https://other.example/mcp'] }, 'resource'],
    ['is for another tool', { tool: 'read_note' }, 'tool'],
    ['begins earlier', { not_before: NOW - 1 }, 'not_before'],
    ['ends later', { expires: NOW + 61 }, 'expires'],
    ['has more uses', { uses: 4 }, 'uses'],
    ['leaves an argument open', { arguments: { '/note_id': { equals: 42 } } }, 'argument'],
    ['leaves all open', { arguments: {} }, 'argument'],
    ['has an argument of its own', { arguments: { ...parent.arguments, '/force': { equals: true } } }, 'argument'],
    [
      'has another in the place of one',
      { arguments: { '/folder': { prefix: 'a' }, '/force': { equals: 1 } } },
      'argument',
    ],
    [
      'allows more of an argument',
      { arguments: { ...parent.arguments, '/note_id': { one_of: [42, 43] } } },
      'constraint',
    ],
    ['allows more of another', { arguments: { ...parent.arguments, '/folder': { prefix: 'b' } } }, 'constraint'],
  ])('may not be one that %s', (_name, members, reason) => {
    expect(judge(members)).toBe(reason)
  })

  it('may not begin before its parent by having no beginning', () => {
    const { not_before: _, ...endless } = parent
    expect(narrows(endless, parent)).toEqual({ ok: false, reason: 'not_before' })
    expect(narrows(parent, endless)).toEqual({ ok: true })
  })

  it('does not find its arguments in a prototype', () => {
    const child = { ...parent, arguments: { toString: { equals: 1 } } }
    const open = { ...parent, arguments: { '/a': { equals: 1 } } }
    expect(narrows(child, open)).toEqual({ ok: false, reason: 'argument' })
  })
})
