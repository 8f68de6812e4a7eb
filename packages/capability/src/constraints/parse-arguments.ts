/** Reads the member `arguments`: constraints by JSON pointer. */
import { isJsonObject, type JsonValue } from '@countersign/core'
import { type CapabilityResult, fail } from '../capability-result.ts'
import type { ArgumentConstraints, Constraint } from '../constraint.ts'
import { MOST_CONSTRAINTS } from '../limits.ts'
import { growPointerTree } from '../pointer/pointer-tree.ts'
import { parseConstraint } from './parse-constraint.ts'

/** Takes plain JSON, as `copyJson` yields it. */
export function parseArguments(value: JsonValue | undefined): CapabilityResult<ArgumentConstraints> {
  if (!isJsonObject(value)) return fail('arguments')
  const written = Object.entries(value)
  if (written.length > MOST_CONSTRAINTS) return fail('arguments')
  // Pointers first: every name is then known to begin with a slash, as no name of a prototype's member does.
  const tree = growPointerTree(written)
  if (!tree.ok) return tree
  const constraints: Record<string, Constraint> = {}
  for (const [pointer, said] of written) {
    const constraint = parseConstraint(said)
    if (typeof constraint === 'string') return fail(constraint)
    constraints[pointer] = constraint
  }
  return { ok: true, value: constraints }
}
