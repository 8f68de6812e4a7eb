import type { JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Capability } from './capability.ts'
import { compileCapability } from './compile-capability.ts'
import type { ArgumentConstraints, Constraint } from './constraint.ts'
import { compileConstraint } from './constraints/compile-constraint.ts'
import { matchCapability } from './match-capability.ts'
import { narrows } from './narrows.ts'
import { completeCapabilityRequirement } from './requirement/complete-requirement.ts'
import { makeCapability, NOW, RESOURCE } from './testing/capability.test-fixture.ts'
import { CONSTRAINTS, VALUES } from './testing/constraints.test-fixture.ts'

const constraint = fc.constantFrom(...CONSTRAINTS)
const value = fc.constantFrom(...VALUES)
const moment = fc.integer({ min: NOW, max: NOW + 6 })

const constraints: fc.Arbitrary<ArgumentConstraints> = fc.dictionary(
  fc.constantFrom('/x', '/y', '/z/w', '/z/__proto__'),
  constraint,
  { maxKeys: 3 },
)

const terms = fc.record(
  {
    locations: fc.constantFrom([RESOURCE], ['https://other.example/mcp']),
    tool: fc.constantFrom('delete_note', 'delete_notes'),
    arguments: constraints,
    not_before: fc.integer({ min: NOW, max: NOW + 3 }),
    expires: fc.integer({ min: NOW + 4, max: NOW + 7 }),
    uses: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ['locations', 'tool', 'arguments', 'expires', 'uses'] },
)

/** A constraint that may well be narrower: of the same kind. */
function relativeOf(limit: Constraint): fc.Arbitrary<Constraint> {
  const [kind = ''] = Object.keys(limit)
  const sameKind = CONSTRAINTS.filter((candidate) => kind in candidate)
  const alternatives = [fc.constant(limit), fc.constantFrom(...sameKind), fc.constantFrom(...sameKind), constraint]
  return fc.oneof(...alternatives)
}

/** The constraints of a child: its parent's pointers with relatives of its constraints, or anything. */
function relativesOf(parent: ArgumentConstraints): fc.Arbitrary<ArgumentConstraints> {
  const entries = Object.entries(parent).map(([pointer, limit]) => [pointer, relativeOf(limit)] as const)
  return fc.oneof(
    { arbitrary: fc.record(Object.fromEntries(entries)), weight: 5 },
    { arbitrary: constraints, weight: 1 },
  )
}

/** A parent, and a child that shares much with it: two strangers are never narrower than one another. */
const family = terms.chain((parent) =>
  fc
    .tuple(
      terms,
      fc.subarray(['locations', 'tool', 'not_before', 'expires', 'uses'], { maxLength: 2 }),
      relativesOf(parent.arguments),
    )
    .map(([other, changed, related]) => {
      const kept = Object.entries(parent).filter(([member]) => !changed.includes(member))
      const taken = Object.entries(other).filter(([member]) => changed.includes(member))
      const child = { ...Object.fromEntries([...kept, ...taken]), arguments: related }
      return { parent: makeCapability(parent), child: makeCapability(child) }
    }),
)

/** Mostly one that the constraint lets through, sometimes any. */
function valueFor(limit: Constraint): fc.Arbitrary<JsonValue> {
  const fitting = VALUES.filter(compileConstraint(limit))
  return fc.oneof({ arbitrary: value, weight: 1 }, { arbitrary: fc.constantFrom(...fitting), weight: 4 })
}

/** Calls, most of them made to fit the child. */
const world = family.chain(({ parent, child }) =>
  fc.record({
    parent: fc.constant(parent),
    child: fc.constant(child),
    args: fc
      .tuple(fc.tuple(...Object.values(child.arguments).map(valueFor)), fc.option(value))
      .map(([values, extra]) => {
        const args = buildArguments(Object.keys(child.arguments), values)
        return extra === null ? args : { ...args, q: extra }
      }),
    resource: fc.constantFrom(child.locations[0], child.locations[0], parent.locations[0]),
    tool: fc.constantFrom(child.tool, child.tool, parent.tool),
    now: moment,
    free: fc.subarray(['/q', '/x', '/z']),
  }),
)

describe('a narrower capability', () => {
  it('allows no call that the wider one does not, whatever the tool declares as free', () => {
    let narrower = 0
    let telling = 0
    fc.assert(
      fc.property(world, ({ parent, child, args, resource, tool, now, free }) => {
        if (!narrows(child, parent).ok) return
        narrower++
        const requirement = completeCapabilityRequirement({ object: [], free })
        const call = { resource, tool, arguments: args, now }
        if (!allowsCall(child, call, requirement)) return
        telling++
        expect(allowsCall(parent, call, requirement)).toBe(true)
        expect(child.uses).toBeLessThanOrEqual(parent.uses)
      }),
      { numRuns: 30_000 },
    )
    // The property would hold of a function that always says no.
    expect(narrower).toBeGreaterThan(1000)
    expect(telling).toBeGreaterThan(1000)
  })

  it('is narrower than itself, and than whatever what it is narrower than is narrower than', () => {
    fc.assert(
      fc.property(family, family, ({ parent, child }, { child: other }) => {
        expect(narrows(parent, parent)).toEqual({ ok: true })
        if (narrows(other, child).ok && narrows(child, parent).ok) expect(narrows(other, parent).ok).toBe(true)
      }),
    )
  })
})

type Requirement = ReturnType<typeof completeCapabilityRequirement>
type Call = Parameters<typeof matchCapability>[1]

function allowsCall(capability: Capability, call: Call, requirement: Requirement): boolean {
  return matchCapability(compileCapability(capability), call, requirement).ok
}

function buildArguments(pointers: readonly string[], values: readonly Call['arguments'][string][]): Call['arguments'] {
  const flat: Call['arguments'] = {}
  const inner: Call['arguments'] = Object.create(null)
  for (const [index, pointer] of pointers.entries()) {
    const [first = '', second] = pointer.slice(1).split('/')
    if (second === undefined) flat[first] = values[index] ?? null
    else inner[second] = values[index] ?? null
  }
  return Object.keys(inner).length > 0 ? { ...flat, z: inner } : flat
}
