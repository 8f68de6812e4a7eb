/** Values of unknown origin, taken over as plain JSON: what was judged is then what is used, whatever becomes of the source. */
import type { JsonObject, JsonValue } from '@countersign/core'
import { type CapabilityResult, fail } from '../capability-result.ts'

/** How much is taken over at all. */
export interface CopyLimits {
  /** Nesting of arrays and objects. */
  readonly depth: number
  /** Values of any type, members and items. */
  readonly values: number
  /** UTF-16 units of all texts and member names together. */
  readonly units: number
}

interface Budget {
  values: number
  units: number
}

type CopyFault = 'not_json' | 'depth' | 'size'

/**
 * Takes anything; yields a copy whose objects have no prototype. Refuses what core's strict JSON would not have let in
 * (numbers beyond ±(2^53 − 1), -0, NaN, lone surrogates), objects of a class, holes, and cycles, by their depth.
 */
export function copyJson(value: unknown, limits: CopyLimits): CapabilityResult<JsonValue, CopyFault> {
  const copied = copyValue(value, limits.depth, { values: limits.values, units: limits.units })
  return copied.fault === undefined ? { ok: true, value: copied.value } : fail(copied.fault)
}

type Copied = { readonly fault?: undefined; readonly value: JsonValue } | { readonly fault: CopyFault }

function copyValue(value: unknown, depth: number, budget: Budget): Copied {
  if (--budget.values < 0) return { fault: 'size' }
  switch (typeof value) {
    case 'boolean':
      return { value }
    case 'number':
      return isExact(value) ? { value } : { fault: 'not_json' }
    case 'string':
      return copyText(value, budget)
    case 'object':
      if (value === null) return { value }
      if (depth === 0) return { fault: 'depth' }
      return Array.isArray(value) ? copyArray(value, depth - 1, budget) : copyObject(value, depth - 1, budget)
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return { fault: 'not_json' }
  }
}

/** One that every reader reads alike; NaN fails the comparison. */
function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)
}

function copyText(value: string, budget: Budget): Copied {
  budget.units -= value.length
  if (budget.units < 0) return { fault: 'size' }
  return value.isWellFormed() ? { value } : { fault: 'not_json' }
}

function copyArray(items: readonly unknown[], depth: number, budget: Budget): Copied {
  const copy: JsonValue[] = []
  for (const item of items) {
    const copied = copyValue(item, depth, budget)
    if (copied.fault !== undefined) return copied
    copy.push(copied.value)
  }
  return { value: copy }
}

function copyObject(object: object, depth: number, budget: Budget): Copied {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== null && prototype !== Object.prototype) return { fault: 'not_json' }
  // Without a prototype, `__proto__` is a name like any other.
  const copy: JsonObject = Object.create(null)
  for (const [name, member] of Object.entries(object)) {
    const named = copyText(name, budget)
    if (named.fault !== undefined) return named
    const copied = copyValue(member, depth, budget)
    if (copied.fault !== undefined) return copied
    copy[name] = copied.value
  }
  return { value: copy }
}
