import { describe, expect, it } from 'vitest'
import type { Capability } from './capability.ts'
import { mintCapability } from './mint-capability.ts'
import { narrowCapability } from './narrow-capability.ts'
import { narrows } from './narrows.ts'
import { makeCapability, makeId, makeRequest, NOW } from './testing/capability.test-fixture.ts'

function context(now = NOW) {
  let count = 100
  return { newId: () => makeId(count++), now }
}

const parent = makeCapability({ arguments: { '/note_id': { one_of: [41, 42] } }, expires: NOW + 45, uses: 3 })

function narrow(from: Capability, members: Readonly<Record<string, unknown>> = {}, now = NOW) {
  return narrowCapability(from, makeRequest(members), context(now))
}

describe('a capability is minted from a request', () => {
  it('with an id of its own, a beginning that nobody meets too early, and an end', () => {
    expect(mintCapability(makeRequest(), context(NOW + 0.7))).toEqual({
      ok: true,
      value: makeCapability({ id: makeId(100), not_before: NOW - 5, expires: NOW + 60 }),
    })
  })

  it('to last from when it begins, if that is later', () => {
    const minted = (not_before: number) => mintCapability(makeRequest({ not_before }), context())
    expect(minted(NOW + 100)).toMatchObject({ value: { not_before: NOW + 100, expires: NOW + 160 } })
    expect(minted(NOW - 100)).toMatchObject({ value: { not_before: NOW - 100, expires: NOW + 60 } })
  })

  it('but not for the day after tomorrow', () => {
    expect(mintCapability(makeRequest({ not_before: NOW + 86_400 }), context()).ok).toBe(true)
    expect(mintCapability(makeRequest({ not_before: NOW + 86_401 }), context())).toEqual({
      ok: false,
      reason: 'window',
    })
    expect(mintCapability(makeRequest(), context(Number.NaN))).toEqual({ ok: false, reason: 'window' })
  })

  it('with the moment at which a person said yes, if one was asked', () => {
    const minted = (approved?: boolean) =>
      mintCapability(makeRequest(), { ...context(NOW + 0.7), ...(approved !== undefined && { approved }) })
    expect(minted(true)).toMatchObject({ value: { approved_at: NOW } })
    for (const approved of [false, undefined]) {
      expect(minted(approved)).toMatchObject({ value: expect.not.objectContaining({ approved_at: NOW }) })
    }
  })

  it.each(['', '1', 'a'.repeat(32), `${'a'.repeat(21)}B`])('and never under the id %j', (id) => {
    expect(() => mintCapability(makeRequest(), { newId: () => id, now: NOW })).toThrow(/newId/)
  })
})

describe('a capability is narrowed', () => {
  it('to what was asked for, for no longer than its parent lives, and names the parent', () => {
    const child = narrow(parent)
    expect(child).toEqual({
      ok: true,
      value: makeCapability({
        id: makeId(100),
        expires: NOW + 45,
        ancestors: [{ id: parent.id, uses: 3, expires: NOW + 45 }],
      }),
    })
    if (child.ok) expect(narrows(child.value, parent)).toEqual({ ok: true })
  })

  it('for less time, where less was asked for', () => {
    expect(narrow(parent, { seconds: 10 })).toMatchObject({ value: { expires: NOW + 10 } })
    expect(narrow(parent, { not_before: NOW + 20, seconds: 10 })).toMatchObject({
      value: { not_before: NOW + 20, expires: NOW + 30 },
    })
  })

  it('never to a time before its parent', () => {
    const later = makeCapability({ ...parent, not_before: NOW + 5 })
    expect(narrow(later, { seconds: 10 })).toMatchObject({ value: { not_before: NOW + 5, expires: NOW + 15 } })
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['another note', { arguments: { '/note_id': { equals: 99 } } }, 'constraint'],
    ['any note', { arguments: {} }, 'argument'],
    ['another tool', { tool: 'read_note' }, 'tool'],
    ['another server', { locations: ['https://other.example/mcp'] }, 'resource'],
    ['more uses', { uses: 4 }, 'uses'],
    ['a time after its parent', { not_before: NOW + 45 }, 'window'],
  ])('but not to %s', (_name, members, reason) => {
    expect(narrow(parent, members)).toEqual({ ok: false, reason })
  })

  it('but not once its parent is over', () => {
    expect(narrow(parent, {}, NOW + 44.9).ok).toBe(true)
    expect(narrow(parent, {}, NOW + 45)).toEqual({ ok: false, reason: 'parent_expired' })
    expect(narrow(parent, {}, Number.NaN)).toEqual({ ok: false, reason: 'parent_expired' })
  })

  it('four times over, each naming all before it, and not a fifth time', () => {
    let capability = parent
    const line = [parent.id]
    for (let depth = 1; depth <= 4; depth++) {
      const child = narrowCapability(capability, makeRequest(), { newId: () => makeId(depth + 1), now: NOW })
      if (!child.ok) throw new Error(child.reason)
      expect(child.value.ancestors?.map(({ id }) => id)).toEqual(line)
      line.push(child.value.id)
      capability = child.value
    }
    expect(narrow(capability)).toEqual({ ok: false, reason: 'too_deep' })
  })

  it.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ['nothing was changed', { arguments: parent.arguments, uses: 3 }, NOW],
    ['it has fewer uses', { arguments: parent.arguments, uses: 2 }, undefined],
    ['it is for less time', { arguments: parent.arguments, uses: 3, seconds: 44 }, undefined],
    ['it begins later', { arguments: parent.arguments, uses: 3, not_before: NOW + 1 }, undefined],
    ['it allows less', { uses: 3 }, undefined],
  ])('and passes for approved by a person where %s', (_name, members, approved) => {
    const child = narrow({ ...parent, approved_at: NOW }, members)
    expect(child.ok && child.value.approved_at).toBe(approved)
    expect(narrow(parent, members)).toMatchObject({
      ok: true,
      value: expect.not.objectContaining({ approved_at: NOW }),
    })
  })

  it('never under the id of its parent', () => {
    const result = narrowCapability(parent, makeRequest(), { newId: () => parent.id, now: NOW })
    expect(result).toEqual({ ok: false, reason: 'ancestors' })
  })
})
