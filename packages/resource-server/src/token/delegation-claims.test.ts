import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listActors, readDelegation } from './delegation-claims.ts'

/** So many clients, one inside of the other. */
function nest(depth: number): { sub: string; act?: ReturnType<typeof nest> } {
  return { sub: `agent-${depth}`, ...(depth > 1 && { act: nest(depth - 1) }) }
}

const refused = (reason: string) => ({ ok: false, rejection: { code: 'invalid_token', reason } })

describe('RFC 8693 §4.1: act', () => {
  it('is nobody where it is left out', () => {
    expect(readDelegation({})).toEqual({ ok: true, value: {} })
    expect(listActors(undefined)).toEqual([])
  })

  it('names the present holder outermost, and nothing of it but that', () => {
    const delegation = readDelegation({ act: { sub: 'worker', iss: 'x', act: { sub: 'orchestrator' } } })
    expect(delegation).toEqual({ ok: true, value: { act: { sub: 'worker', act: { sub: 'orchestrator' } } } })
    expect(delegation.ok && listActors(delegation.value.act)).toEqual(['worker', 'orchestrator'])
  })

  it('is read to the end, and not without end', () => {
    expect(readDelegation({ act: nest(8) })).toEqual({ ok: true, value: { act: nest(8) } })
    expect(readDelegation({ act: nest(9) })).toEqual(refused('act'))
  })

  it.each([null, 'worker', [], {}, { sub: 7 }, { sub: '' }, { sub: 'worker', act: null }, { sub: 'worker', act: {} }])(
    'may not be %j',
    (act) => {
      expect(readDelegation({ act })).toEqual(refused('act'))
    },
  )

  it('has no members that are not its own', () => {
    expect(readDelegation({ act: Object.create({ sub: 'worker' }) })).toEqual(refused('act'))
  })
})

describe('derived_from', () => {
  it('names every ancestor, four at the most', () => {
    const ids = ['a', 'b', 'c', 'd']
    expect(readDelegation({ derived_from: ids })).toEqual({ ok: true, value: { derivedFrom: ids } })
    expect(readDelegation({ derived_from: [] })).toEqual({ ok: true, value: {} })
    expect(readDelegation({ derived_from: [...ids, 'e'] })).toEqual(refused('derived_from'))
  })

  it.each([null, 'a', {}, [7], [''], ['a', null]])('may not be %j', (ids) => {
    expect(readDelegation({ derived_from: ids })).toEqual(refused('derived_from'))
  })
})

describe('derived_keys', () => {
  it('names every key that the token was passed on under, four at the most', () => {
    const keys = ['a', 'b', 'c', 'd']
    expect(readDelegation({ derived_keys: keys })).toEqual({ ok: true, value: { derivedKeys: keys } })
    expect(readDelegation({ derived_keys: [...keys, 'e'] })).toEqual(refused('derived_keys'))
    expect(readDelegation({ derived_keys: 'a' })).toEqual(refused('derived_keys'))
  })
})

it('reading either never throws, and yields nobody without a name', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue(), (act, ids) => {
      const claims = JSON.parse(JSON.stringify({ act, derived_from: ids }))
      const delegation = readDelegation(claims)
      if (!delegation.ok) return
      for (const name of [...listActors(delegation.value.act), ...(delegation.value.derivedFrom ?? [])]) {
        expect(name).toMatch(/./su)
      }
    }),
  )
})
