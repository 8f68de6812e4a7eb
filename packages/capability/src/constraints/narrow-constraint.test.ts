import { describe, expect, it } from 'vitest'
import type { Constraint } from '../constraint.ts'
import { parseCapability } from '../parse-capability.ts'
import { GRANTED } from '../testing/capability.test-fixture.ts'
import { CONSTRAINTS, VALUES } from '../testing/constraints.test-fixture.ts'
import { compileConstraint } from './compile-constraint.ts'
import { narrowsConstraint } from './narrow-constraint.ts'

/** Which of the values each constraint lets through. */
const world = CONSTRAINTS.map((constraint) => ({ constraint, allowed: VALUES.map(compileConstraint(constraint)) }))

describe('the world that it is tried in', () => {
  it('holds only constraints that can be granted', () => {
    const refused = CONSTRAINTS.filter(
      (constraint) => !parseCapability({ ...GRANTED, arguments: { '/a': constraint } }, 'token').ok,
    )
    expect(refused).toEqual([])
  })

  it('has a value for every constraint, and none that lets all through', () => {
    const dull = world.filter(({ allowed }) => !allowed.includes(true) || !allowed.includes(false))
    expect(dull.map(({ constraint }) => constraint)).toEqual([])
  })
})

describe('a narrower constraint', () => {
  it('lets nothing through that the wider one does not, for every pair and every value', () => {
    let narrower = 0
    for (const child of world) {
      for (const parent of world) {
        if (!narrowsConstraint(child.constraint, parent.constraint)) continue
        narrower++
        const escaped = VALUES.filter((_, i) => child.allowed[i] === true && parent.allowed[i] !== true)
        expect(escaped, JSON.stringify([child.constraint, parent.constraint])).toEqual([])
      }
    }
    expect(narrower).toBeGreaterThan(5 * world.length)
  })

  it('is found wherever both let through values that can be listed', () => {
    for (const child of world) {
      if (!('equals' in child.constraint || 'one_of' in child.constraint)) continue
      for (const parent of world) {
        const isInside = VALUES.every((_, i) => child.allowed[i] !== true || parent.allowed[i] === true)
        if (isInside !== narrowsConstraint(child.constraint, parent.constraint)) {
          // A list may hold what is not among the values tried.
          expect(child.constraint).toHaveProperty('one_of')
        }
      }
    }
  })

  it('is, of each constraint, also itself, and of a narrower one also what is narrower still', () => {
    for (const { constraint } of world) expect(narrowsConstraint(constraint, constraint)).toBe(true)
    for (const a of CONSTRAINTS) {
      for (const b of CONSTRAINTS) {
        if (!narrowsConstraint(a, b)) continue
        for (const c of CONSTRAINTS) {
          if (!narrowsConstraint(b, c) || narrowsConstraint(a, c)) continue
          throw new Error(JSON.stringify([a, b, c]))
        }
      }
    }
  })

  it.each<[Constraint, Constraint]>([
    [{ one_of: [1, 2] }, { range: { min: 1, max: 2, integer: true } }],
    [{ equals: '/a/b' }, { within_path: '/a' }],
    [{ equals: 'https://a.example/' }, { url_host: ['a.example'] }],
    [{ equals: ['a'] }, { subset_of: ['a', 'b'] }],
    [{ equals: 'abc' }, { pattern: '[a-z]+' }],
    [{ prefix: 'ab' }, { prefix: 'a' }],
    [{ range: { min: 1, max: 2 } }, { range: { min: 1 } }],
    [{ range: { min: 1, max: 2, integer: true } }, { range: { max: 2 } }],
    [{ subset_of: ['a'] }, { subset_of: ['b', 'a'] }],
    [{ within_path: '/a/b' }, { within_path: '/a/' }],
    [{ within_path: '/a/' }, { within_path: '/a' }],
    [{ url_host: ['b.example'] }, { url_host: ['a.example', 'b.example'] }],
  ])('%j is one of %j, and not the other way round', (child, parent) => {
    expect(narrowsConstraint(child, parent)).toBe(true)
    if (JSON.stringify(child) !== '{"within_path":"/a/"}') expect(narrowsConstraint(parent, child)).toBe(false)
  })

  it.each<[Constraint, Constraint]>([
    [{ range: { min: 1, max: 2 } }, { range: { min: 1, max: 2, integer: true } }],
    [{ range: { min: 1 } }, { range: { min: 1, max: 2 } }],
    [{ range: { max: 2 } }, { range: { min: 1, max: 2 } }],
    [{ range: { min: 1, max: 1 } }, { equals: 1 }],
    [{ prefix: '/a/b' }, { within_path: '/a' }],
    [{ within_path: '/a/b' }, { prefix: '/a' }],
    [{ within_path: '/ab' }, { within_path: '/a' }],
    [{ prefix: 'https://a.example/' }, { url_host: ['a.example'] }],
    [{ pattern: 'ab' }, { pattern: 'a.' }],
    [{ subset_of: ['a'] }, { one_of: [['a'], []] }],
    [{ subset_of: [1] }, { subset_of: ['1'] }],
  ])('%j is not known to be one of %j', (child, parent) => {
    expect(narrowsConstraint(child, parent)).toBe(false)
  })
})
