/** Arguments against constraints, in one walk over both: what is not spoken of is not allowed. */
import type { JsonObject, JsonValue } from '@countersign/core'
import type { ArgumentTest } from './constraints/compile-constraint.ts'
import type { PointerTree } from './pointer/pointer-tree.ts'

/** A constrained argument is missing; it is something else; an argument is neither constrained nor free. */
export type ArgumentMismatch = 'absent' | 'value' | 'undeclared'

/** Constraints as tests, and how many there are. */
export interface ArgumentTests {
  readonly tests: PointerTree<ArgumentTest>
  readonly count: number
}

/** Every argument is looked at once, and as many constraints have to be met as there are. `undefined` when all is well. */
export function judgeArguments(
  { tests, count }: ArgumentTests,
  args: JsonObject,
  free: PointerTree<true>,
): ArgumentMismatch | undefined {
  const met = countMet(args, tests, free)
  if (typeof met === 'string') return met
  return met === count ? undefined : 'absent'
}

/**
 * How many constraints a value and its parts meet, or why it may not be there. The two trees are those of its own
 * pointer, `undefined` where nothing is said of it or below it. As deep as the deeper tree.
 */
function countMet(
  value: JsonValue,
  tests: PointerTree<ArgumentTest> | undefined,
  free: PointerTree<true> | undefined,
): number | 'value' | 'undeclared' {
  if (tests?.leaf !== undefined) return tests.leaf(value) ? 1 : 'value'
  const isFree = free?.leaf === true
  if (tests === undefined) {
    if (isFree) return 0
    if (free === undefined) return 'undeclared'
  }
  if (typeof value !== 'object' || value === null) return isFree ? 0 : 'undeclared'
  let met = 0
  // Own members alone; an array's are its items.
  for (const name of Object.keys(value)) {
    const part = Array.isArray(value) ? value[Number(name)] : value[name]
    // What is free is so with all that is below it.
    const inside = countMet(part ?? null, tests?.branches.get(name), isFree ? free : free?.branches.get(name))
    if (typeof inside === 'string') return inside
    met += inside
  }
  return met
}
