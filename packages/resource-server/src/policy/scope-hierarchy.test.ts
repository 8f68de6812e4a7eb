import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { ConfigurationError } from '../configuration-error.ts'
import { createScopeExpansion } from './scope-hierarchy.ts'

describe('scopes that imply others', () => {
  it(`${verifies('MCP-SCOPE-2')} stand for all that they imply, transitively`, () => {
    const expand = createScopeExpansion({ admin: ['write', 'audit'], write: ['read'] })
    expect(expand(['admin'])).toEqual(new Set(['admin', 'write', 'audit', 'read']))
    expect(expand(['write'])).toEqual(new Set(['write', 'read']))
    expect(expand(['read', 'other'])).toEqual(new Set(['read', 'other']))
    expect(expand([])).toEqual(new Set())
  })

  it('may imply one and the same scope by two ways', () => {
    const expand = createScopeExpansion({ a: ['b', 'c'], b: ['d'], c: ['d'] })
    expect(expand(['a'])).toEqual(new Set(['a', 'b', 'c', 'd']))
  })

  it.each([
    [{ a: ['a'] }, 'a → a'],
    [{ a: ['b'], b: ['a'] }, 'a → b → a'],
    [{ x: ['a'], a: ['b'], b: ['c'], c: ['b'] }, 'b → c → b'],
  ])('in a circle are a mistake of the operator: %j', (implies, circle) => {
    expect(() => createScopeExpansion(implies)).toThrow(ConfigurationError)
    expect(() => createScopeExpansion(implies)).toThrow(circle)
  })

  it('are those of the table, not of every object', () => {
    const expand = createScopeExpansion({ write: ['constructor'] })
    expect(expand(['__proto__', 'toString'])).toEqual(new Set(['__proto__', 'toString']))
    expect(expand(['write'])).toEqual(new Set(['write', 'constructor']))
  })

  it('never take anything away from what a token carries', () => {
    const expand = createScopeExpansion({ admin: ['write'], write: ['read'] })
    fc.assert(
      fc.property(fc.array(fc.constantFrom('admin', 'write', 'read', 'x')), (scopes) =>
        scopes.every((scope) => expand(scopes).has(scope)),
      ),
    )
  })
})
