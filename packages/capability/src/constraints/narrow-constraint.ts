/** Whether one constraint allows nothing that another one does not. Sound and incomplete: see `docs/attenuation.md`. */
import type { JsonValue } from '@countersign/core'
import type { Constraint, RangeConstraint } from '../constraint.ts'
import { equalJson } from '../json/equal-json.ts'
import { compileConstraint } from './compile-constraint.ts'
import { isWithin, normalisePath } from './path.ts'

/** Takes two parsed constraints. */
export function narrowsConstraint(child: Constraint, parent: Constraint): boolean {
  const values = listValues(child)
  // Whatever the parent's kind: it allows what its own test allows.
  if (values !== undefined) return values.every(compileConstraint(parent))
  if ('prefix' in child) return 'prefix' in parent && child.prefix.startsWith(parent.prefix)
  if ('pattern' in child) return 'pattern' in parent && child.pattern === parent.pattern
  if ('range' in child) return 'range' in parent && narrowsRange(child.range, parent.range)
  if ('subset_of' in child) return 'subset_of' in parent && isSubset(child.subset_of, parent.subset_of)
  if ('within_path' in child) return 'within_path' in parent && narrowsPath(child.within_path, parent.within_path)
  if ('url_host' in child) return 'url_host' in parent && isSubset(child.url_host, parent.url_host)
  return false
}

/** All values that a constraint allows, where they can be listed. */
function listValues(constraint: Constraint): readonly JsonValue[] | undefined {
  if ('equals' in constraint) return [constraint.equals]
  return 'one_of' in constraint ? constraint.one_of : undefined
}

function narrowsRange(child: RangeConstraint['range'], parent: RangeConstraint['range']): boolean {
  if (parent.integer === true && child.integer !== true) return false
  return (child.min ?? -Infinity) >= (parent.min ?? -Infinity) && (child.max ?? Infinity) <= (parent.max ?? Infinity)
}

function isSubset(child: readonly JsonValue[], parent: readonly JsonValue[]): boolean {
  return child.every((item) => parent.some((listed) => equalJson(item, listed)))
}

function narrowsPath(child: string, parent: string): boolean {
  const path = normalisePath(child)
  const folder = normalisePath(parent)
  return path !== undefined && folder !== undefined && isWithin(path, folder)
}
