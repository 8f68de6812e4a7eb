/** Equality of JSON values: strict in types, blind to the order of members, own members only. */
import type { JsonValue } from '@countersign/core'

/**
 * Strings by code units, without any normalisation; numbers by value, so that `1` and `1.0` are one, and `"1"` is
 * another; arrays item by item. Its depth is that of the shallower value.
 */
export function equalJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b)
  if (Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && equalJson(a[name], b[name]))
}

function equalArrays(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  return a.length === b.length && a.every((item, index) => equalJson(item, b[index]))
}
