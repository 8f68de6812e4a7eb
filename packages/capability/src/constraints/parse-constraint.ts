/** Reads one constraint: exactly one known kind, with a value that it can have. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import type { Constraint, RangeConstraint } from '../constraint.ts'
import { equalJson } from '../json/equal-json.ts'
import { MOST_LISTED } from '../limits.ts'
import { normalisePath } from './path.ts'
import { compilePattern } from './pattern.ts'
import { isCanonicalHost } from './url-host.ts'

/** The constraint, or whether its kind or its value is at fault. */
export type ParsedConstraint = Constraint | 'constraint' | 'constraint_value'

/** Takes plain JSON, as `copyJson` yields it. */
export function parseConstraint(value: JsonValue): ParsedConstraint {
  if (!isJsonObject(value)) return 'constraint'
  const [kind, ...others] = Object.keys(value)
  if (kind === undefined || others.length > 0) return 'constraint'
  return parseKind(kind, value[kind] ?? null) ?? 'constraint_value'
}

function parseKind(kind: string, value: JsonValue): Constraint | 'constraint' | undefined {
  switch (kind) {
    case 'equals':
      return { equals: value }
    case 'one_of':
      return isSet(value) ? { one_of: value } : undefined
    case 'prefix':
      return isText(value) ? { prefix: value } : undefined
    case 'pattern':
      return isText(value) && compilePattern(value) !== undefined ? { pattern: value } : undefined
    case 'range':
      return isJsonObject(value) ? parseRange(value) : undefined
    case 'subset_of':
      return isSet(value) ? { subset_of: value } : undefined
    case 'within_path':
      return isText(value) && normalisePath(value) !== undefined ? { within_path: value } : undefined
    case 'url_host':
      return isSet(value) && value.every(isListableHost) ? { url_host: value } : undefined
    default:
      return 'constraint'
  }
}

/** An empty text would begin, and match, anything or nothing. */
function isText(value: JsonValue): value is string {
  return typeof value === 'string' && value !== ''
}

/** One value or more, none of them twice. */
function isSet(value: JsonValue): value is JsonValue[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_LISTED) return false
  return value.every((item, index) => value.findIndex((other) => equalJson(item, other)) === index)
}

function isListableHost(value: JsonValue): value is string {
  return isText(value) && isCanonicalHost(value)
}

function parseRange(value: JsonObject): RangeConstraint | undefined {
  const { min, max, integer, ...others } = value
  if (Object.keys(others).length > 0 || (min === undefined && max === undefined)) return undefined
  if (!isAbsentOr('number', min) || !isAbsentOr('number', max) || !isAbsentOr('boolean', integer)) return undefined
  if (integer === true && !(isAbsentOrWhole(min) && isAbsentOrWhole(max))) return undefined
  if (min !== undefined && max !== undefined && min > max) return undefined
  return {
    range: {
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(integer !== undefined && { integer }),
    },
  }
}

interface Primitives {
  readonly number: number
  readonly boolean: boolean
}

function isAbsentOr<Kind extends keyof Primitives>(
  kind: Kind,
  value: JsonValue | undefined,
): value is (JsonValue & Primitives[Kind]) | undefined {
  return value === undefined || typeof value === kind
}

function isAbsentOrWhole(value: number | undefined): boolean {
  return value === undefined || Number.isInteger(value)
}
