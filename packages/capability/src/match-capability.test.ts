import type { JsonObject } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { compileCapability } from './compile-capability.ts'
import { matchCapability } from './match-capability.ts'
import { completeCapabilityRequirement } from './requirement/complete-requirement.ts'
import { makeCapability, matchArguments, NOW, RESOURCE, tell } from './testing/capability.test-fixture.ts'

const requirement = completeCapabilityRequirement({ object: '/note_id' })
const compiled = compileCapability(makeCapability({ not_before: NOW, expires: NOW + 60 }))
const call = { resource: RESOURCE, tool: 'delete_note', arguments: { note_id: 42 }, now: NOW }

describe('a capability for deleting note 42', () => {
  it('allows just that', () => {
    expect(matchCapability(compiled, call, requirement)).toEqual({ ok: true })
  })

  it.each<[string, Partial<typeof call> | { arguments: JsonObject }, string]>([
    ['another note', { arguments: { note_id: 99 } }, 'value'],
    ['the same number as a text', { arguments: { note_id: '42' } }, 'value'],
    ['a list of it', { arguments: { note_id: [42] } }, 'value'],
    ['no note', { arguments: {} }, 'absent'],
    ['one argument more', { arguments: { note_id: 42, force: true } }, 'undeclared'],
    ['one more that is null', { arguments: { note_id: 42, force: null } }, 'undeclared'],
    [
      'one more by the name of a prototype',
      { arguments: JSON.parse('{"note_id":42,"__proto__":{"force":true}}') },
      'undeclared',
    ],
    ['a look-alike of the name', { arguments: { note_id: 42, note_іd: 99 } }, 'undeclared'],
    ['a note in the prototype only', { arguments: Object.create({ note_id: 42 }) }, 'absent'],
    ['another tool', { tool: 'delete_notes' }, 'tool'],
    ['the tool in another case', { tool: 'Delete_note' }, 'tool'],
    ['another server', { resource: 'https://other.example/mcp' }, 'resource'],
    ['the same server under another name', { resource: `${RESOURCE}/` }, 'resource'],
  ])('does not allow %s', (_name, members, reason) => {
    expect(matchCapability(compiled, { ...call, ...members }, requirement)).toEqual({
      ok: false,
      code: 'capability_mismatch',
      reason,
    })
  })

  it.each([
    ['a moment before', NOW - 0.001, 'not_yet'],
    ['at its beginning', NOW, 'ok'],
    ['until the end', NOW + 59.999, 'ok'],
    ['at its end', NOW + 60, 'expired'],
    ['long after', NOW + 1e9, 'expired'],
    ['at no time', Number.NaN, 'expired'],
  ])('%s: %s is %s', (_name, now, told) => {
    const match = matchCapability(compiled, { ...call, now }, requirement)
    expect(tell(match)).toBe(told)
    if (!match.ok) expect(match.code).toBe('capability_expired')
  })

  it('says of a late call that does not fit that it does not fit', () => {
    const late = { ...call, arguments: { note_id: 99 }, now: NOW + 60 }
    expect(tell(matchCapability(compiled, late, requirement))).toBe('value')
  })
})

describe('a capability that was never read', () => {
  it.each([
    ['pointers inside one another', { '/a': { equals: 1 }, '/a/b': { equals: 1 } }],
    ['a name that is no pointer', { note_id: { equals: 42 } }],
  ])('is an error, not an open door: %s', (_name, constraints) => {
    expect(() => compileCapability({ ...makeCapability(), arguments: constraints })).toThrow(/parseCapability/)
  })
})

describe('what a tool acts on', () => {
  it.each([
    ['one of several', { '/note_id': { one_of: [42] } }],
    ['a range of one', { '/note_id': { range: { min: 42, max: 42 } } }],
  ])('has to be pinned: %s is not enough', (_name, constraints) => {
    expect(matchArguments(constraints, { note_id: 42 }, { object: '/note_id' })).toBe('object')
    expect(matchArguments(constraints, { note_id: 42 })).toBe('ok')
  })

  it('has to be pinned, each of it', () => {
    const args = { folder: 'a', note_id: 42 }
    const object = ['/folder', '/note_id']
    expect(matchArguments({ '/folder': { equals: 'a' }, '/note_id': { equals: 42 } }, args, { object })).toBe('ok')
    expect(matchArguments({ '/note_id': { equals: 42 } }, args, { object, free: [] })).toBe('object')
    expect(matchArguments({ '/note_id': { equals: 42 } }, args, { object: '/folder', free: [] })).toBe('object')
  })

  it('is not pinned by a pin further down or further up', () => {
    expect(matchArguments({ '/a/b': { equals: 1 } }, { a: { b: 1 } }, { object: '/a' })).toBe('object')
    expect(matchArguments({ '/a': { equals: { b: 1 } } }, { a: { b: 1 } }, { object: '/a/b' })).toBe('object')
  })
})

describe('arguments further down', () => {
  const constraints = { '/filter/owner': { equals: 'me' }, '/filter/tags/0': { prefix: 'x' }, '/text': { equals: 't' } }

  it.each<[string, JsonObject, string]>([
    ['as they should be', { text: 't', filter: { owner: 'me', tags: ['x1'] } }, 'ok'],
    ['in an object instead of a list', { text: 't', filter: { owner: 'me', tags: { 0: 'x1' } } }, 'ok'],
    ['one is wrong', { text: 't', filter: { owner: 'you', tags: ['x1'] } }, 'value'],
    ['one is missing', { text: 't', filter: { tags: ['x1'] } }, 'absent'],
    ['all are missing', { text: 't' }, 'absent'],
    ['the object is empty', { text: 't', filter: {} }, 'absent'],
    ['one too many', { text: 't', filter: { owner: 'me', tags: ['x1'], all: true } }, 'undeclared'],
    ['an item too many', { text: 't', filter: { owner: 'me', tags: ['x1', 'y'] } }, 'undeclared'],
    ['a text in place of the object', { text: 't', filter: 'owner' }, 'undeclared'],
    ['null in place of the object', { text: 't', filter: null }, 'undeclared'],
  ])('%s', (_name, args, told) => {
    expect(matchArguments(constraints, args)).toBe(told)
  })

  it('are not found under other spellings of their pointer', () => {
    expect(matchArguments({ '/a/00': { equals: 1 } }, { a: [1] })).toBe('undeclared')
    expect(matchArguments({ '/a/length': { equals: 1 } }, { a: [1] })).toBe('undeclared')
    expect(matchArguments({ '/a/length': { equals: 0 } }, { a: [] })).toBe('absent')
    expect(matchArguments({ '/a~1b': { equals: 1 } }, { a: { b: 1 } })).toBe('undeclared')
    expect(matchArguments({ '/a~1b': { equals: 1 } }, { 'a/b': 1 })).toBe('ok')
    expect(matchArguments({ '/__proto__': { equals: 1 } }, JSON.parse('{"__proto__":1}'))).toBe('ok')
    expect(matchArguments({ '/toString': { equals: 1 } }, {})).toBe('absent')
  })

  it('each meet a constraint of their own: one met twice does not stand for two', () => {
    expect(matchArguments({ '/a': { equals: 1 }, '/b': { equals: 1 } }, { a: 1 }, { free: ['/c'] })).toBe('absent')
    expect(matchArguments({ '/a': { equals: 1 }, '/b': { equals: 1 } }, { a: 1, c: 1 }, { free: ['/c'] })).toBe(
      'absent',
    )
  })
})

describe('a free argument', () => {
  const free = ['/note', '/filter/page']

  it.each<[string, JsonObject, string]>([
    ['may be anything', { note: { deep: [1] } }, 'ok'],
    ['may be left out', {}, 'ok'],
    ['may stand further down', { filter: { page: 2 } }, 'ok'],
    ['does not free what stands beside it', { filter: { page: 2, owner: 'x' } }, 'undeclared'],
    ['does not free what stands above it', { filter: 'x' }, 'undeclared'],
    ['leaves what stands above it free to be empty', { filter: {} }, 'ok'],
    ['does not free others', { notes: 1 }, 'undeclared'],
  ])('%s', (_name, args, told) => {
    expect(matchArguments({}, args, { free })).toBe(told)
  })

  it('is not free where the capability constrains it', () => {
    expect(matchArguments({ '/note': { equals: 1 } }, { note: 2 }, { free })).toBe('value')
    expect(matchArguments({ '/note': { equals: 1 } }, {}, { free })).toBe('absent')
    expect(matchArguments({ '/note/id': { equals: 1 } }, { note: { id: 1, more: 2 } }, { free })).toBe('ok')
    expect(matchArguments({ '/note/id': { equals: 1 } }, { note: { id: 2 } }, { free })).toBe('value')
    expect(matchArguments({ '/note/id': { equals: 1 } }, { note: 'x' }, { free })).toBe('absent')
    expect(matchArguments({ '/filter': { equals: { page: 1 } } }, { filter: { page: 2 } }, { free })).toBe('value')
  })
})
