import type { JsonObject } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileCapability } from './compile-capability.ts'
import { matchCapability } from './match-capability.ts'
import { mintCapability } from './mint-capability.ts'
import { completeCapabilityRequirement } from './requirement/complete-requirement.ts'
import { makeId, NOW, REQUESTED, RESOURCE } from './testing/capability.test-fixture.ts'
import { describeWantedCapability, equalsWantedCapability } from './wanted-capability.ts'

const requirement = completeCapabilityRequirement({ object: '/note_id', free: ['/comment'], uses: 2, seconds: 30 })
const callWith = (args: JsonObject) => ({ resource: RESOURCE, tool: 'delete_note', arguments: args })

describe('what a call lacks', () => {
  it('is a capability for exactly that call', () => {
    const wanted = describeWantedCapability(requirement, callWith({ note_id: 42, force: true, comment: 'bye' }))
    expect(wanted).toEqual({
      ok: true,
      value: {
        ...REQUESTED,
        arguments: { '/note_id': { equals: 42 }, '/force': { equals: true } },
        uses: 2,
        seconds: 30,
      },
    })
  })

  it.each<[string, Parameters<typeof completeCapabilityRequirement>[0], JsonObject, string[]]>([
    ['all of an object', { object: '/filter' }, { filter: { a: 1, b: 2 } }, ['/filter']],
    [
      'a part and what stands beside it',
      { object: '/filter/a' },
      { filter: { a: 1, b: 2 } },
      ['/filter/a', '/filter/b'],
    ],
    ['a part of what is free', { object: '/filter/a', free: ['/filter'] }, { filter: { a: 1, b: 2 } }, ['/filter/a']],
    ['all but a free part', { object: [], free: ['/filter/b'] }, { filter: { a: 1, b: 2 } }, ['/filter/a']],
    ['a text where a part would be free', { object: [], free: ['/filter/b'] }, { filter: 'x' }, ['/filter']],
    ['an item of a list', { object: '/ids/0' }, { ids: [7] }, ['/ids/0']],
    ['names with slashes', { object: '/a~1b' }, { 'a/b': 1, 'c~d': 2 }, ['/a~1b', '/c~0d']],
    ['nothing of no arguments', { object: [] }, {}, []],
    ['the name of a prototype', { object: '/a' }, JSON.parse('{"a":1,"__proto__":2}'), ['/a', '/__proto__']],
  ])('pins %s', (_name, said, args, pointers) => {
    const wanted = describeWantedCapability(completeCapabilityRequirement(said), callWith(args))
    expect(wanted.ok && Object.keys(wanted.value.arguments)).toEqual(pointers)
  })

  it.each<[string, JsonObject]>([
    ['is missing', { comment: 'x' }],
    ['stands in the prototype only', Object.create({ note_id: 42 })],
    ['is called otherwise', { noteId: 42 }],
  ])('cannot be told where what is acted on %s', (_name, args) => {
    expect(describeWantedCapability(requirement, callWith(args))).toEqual({ ok: false, reason: 'object' })
  })

  it('cannot be told where an object further down is missing', () => {
    const nested = completeCapabilityRequirement({ object: '/a/b' })
    for (const args of [{}, { a: {} }, { a: 'b' }, { a: [] }, { a: null }]) {
      expect(describeWantedCapability(nested, callWith(args)), JSON.stringify(args)).toEqual({
        ok: false,
        reason: 'object',
      })
    }
  })

  it('cannot be told where it would be too much', () => {
    const told = (args: JsonObject) => describeWantedCapability(requirement, callWith({ note_id: 42, ...args }))
    expect(told({ text: 'a'.repeat(9000) })).toEqual({ ok: false, reason: 'size' })
    expect(told({ ['a'.repeat(300)]: 1 })).toEqual({ ok: false, reason: 'pointer' })
    expect(told(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a${i}`, i])))).toEqual({
      ok: false,
      reason: 'arguments',
    })
  })

  it('allows, once granted, this call and no other; and the client finds it to be what it called', () => {
    const args = fc.dictionary(
      fc.constantFrom('note_id', 'x', 'y', 'comment', '__proto__'),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const said = fc.record({
      object: fc.subarray(['/note_id', '/x/a']),
      free: fc.subarray(['/comment', '/y', '/x/b']),
    })
    let granted = 0
    fc.assert(
      fc.property(args, args, said, (sent, other, members) => {
        const needed = completeCapabilityRequirement(members)
        const call = callWith(JSON.parse(JSON.stringify(sent)))
        const wanted = describeWantedCapability(needed, call)
        if (!wanted.ok) return
        granted++
        expect(equalsWantedCapability(wanted.value, call)).toEqual(wanted)
        const minted = mintCapability(wanted.value, { newId: () => makeId(1), now: NOW })
        if (!minted.ok) throw new Error(minted.reason)
        const compiled = compileCapability(minted.value)
        expect(matchCapability(compiled, { ...call, now: NOW }, needed)).toEqual({ ok: true })
        const another = callWith(JSON.parse(JSON.stringify(other)))
        const asked = describeWantedCapability(needed, another)
        const isSame =
          asked.ok && JSON.stringify(sorted(asked.value.arguments)) === JSON.stringify(sorted(wanted.value.arguments))
        if (!isSame && asked.ok) expect(matchCapability(compiled, { ...another, now: NOW }, needed).ok).toBe(false)
      }),
      { numRuns: 2000 },
    )
    expect(granted).toBeGreaterThan(100)
  })
})

describe('the entry of a challenge', () => {
  const call = callWith({ note_id: 42, list: [1, 2] })

  it('is what the call needs when it pins what was just sent', () => {
    expect(equalsWantedCapability(REQUESTED, call)).toEqual({ ok: true, value: REQUESTED })
    const listed = { ...REQUESTED, arguments: { '/note_id': { equals: 42 }, '/list/1': { equals: 2 } } }
    expect(equalsWantedCapability(listed, call).ok).toBe(true)
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['names another note', { arguments: { '/note_id': { equals: 99 } } }, 'argument'],
    ['names the note as a text', { arguments: { '/note_id': { equals: '42' } } }, 'argument'],
    ['names one of several notes', { arguments: { '/note_id': { one_of: [42] } } }, 'argument'],
    ['names all notes', { arguments: { '/note_id': { range: { min: 0 } } } }, 'argument'],
    [
      'names an argument that was not sent',
      { arguments: { '/note_id': { equals: 42 }, '/all': { equals: true } } },
      'argument',
    ],
    ['names what arrays have by themselves', { arguments: { '/list/length': { equals: 2 } } }, 'argument'],
    ['names what objects have by themselves', { arguments: { '/constructor': { equals: null } } }, 'argument'],
    ['names another tool', { tool: 'delete_all_notes' }, 'tool'],
    ['names another server', { locations: ['https://other.example/mcp'] }, 'resource'],
    ['asks for more uses', { uses: 2 }, 'uses'],
    ['asks for more time', { seconds: 61 }, 'seconds'],
    ['asks for a later time', { not_before: NOW }, 'not_before'],
    ['says more than we know', { note: 'please' }, 'unknown_member'],
    ['brings an id', { id: makeId(1) }, 'unknown_member'],
  ])('is not what the call needs when it %s', (_name, members, reason) => {
    expect(equalsWantedCapability({ ...REQUESTED, ...members }, call)).toEqual({ ok: false, reason })
  })

  it('may ask for as much as the operator lets it', () => {
    const much = { ...REQUESTED, uses: 10, seconds: 600 }
    expect(equalsWantedCapability(much, call, { uses: 10, seconds: 600 }).ok).toBe(true)
    expect(equalsWantedCapability(much, call, { uses: 9, seconds: 600 })).toEqual({ ok: false, reason: 'uses' })
    expect(equalsWantedCapability(much, call, { uses: 10, seconds: 599 })).toEqual({ ok: false, reason: 'seconds' })
  })

  it('is refused whatever else it is', () => {
    fc.assert(
      fc.property(fc.anything(), (entry) => {
        expect(equalsWantedCapability(entry, call).ok).toBe(false)
      }),
    )
  })
})

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.entries(value)
    .map(([name, member]) => [name, sorted(member)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}
