/** Reads the member `ancestors`: what a capability was narrowed from, nearest last. */
import { isJsonObject, type JsonValue } from '@countersign/core'
import type { CapabilityAncestor } from './capability.ts'
import { isCapabilityId, isWhole } from './capability-members.ts'
import { LAST_MOMENT, MOST_ANCESTORS, MOST_USES } from './limits.ts'

/**
 * Takes plain JSON and what they are ancestors of. Each has an id of its own, and none has fewer uses or less time than
 * those after it: a list that says otherwise was not made by narrowing.
 */
export function parseAncestors(
  value: JsonValue,
  descendant: CapabilityAncestor,
): readonly CapabilityAncestor[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ANCESTORS) return undefined
  const ancestors: CapabilityAncestor[] = []
  for (const item of value) {
    const ancestor = parseAncestor(item)
    if (ancestor === undefined) return undefined
    ancestors.push(ancestor)
  }
  const line = [...ancestors, descendant]
  if (new Set(line.map(({ id }) => id)).size < line.length) return undefined
  return line.every((member, index) => isNoMoreThan(member, line[index - 1])) ? ancestors : undefined
}

function parseAncestor(value: JsonValue): CapabilityAncestor | undefined {
  if (!isJsonObject(value)) return undefined
  const { id, uses, expires, ...others } = value
  if (Object.keys(others).length > 0) return undefined
  if (!isCapabilityId(id) || !isWhole(uses, MOST_USES) || !isWhole(expires, LAST_MOMENT)) return undefined
  return { id, uses, expires }
}

function isNoMoreThan(member: CapabilityAncestor, parent: CapabilityAncestor | undefined): boolean {
  return parent === undefined || (member.uses <= parent.uses && member.expires <= parent.expires)
}
