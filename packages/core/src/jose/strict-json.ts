/** JSON that every parser reads alike (RFC 8259 §4 and §6, RFC 7493): no duplicate members, exact numbers, bounded depth. */
import { countWrittenMembers } from './json-scanner.ts'

/** A parsed value. Objects are plain; read own properties only, a member may be called `__proto__` or `constructor`. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject

/** An object as parsed: every member is an own property. */
export interface JsonObject {
  [name: string]: JsonValue
}

/** How much is read at all. */
export interface JsonLimits {
  /** Nesting of arrays and objects, 64 by default. */
  readonly maxDepth?: number
  /** Length as UTF-8, unlimited by default: whoever hands the text over has usually bounded it. */
  readonly maxBytes?: number
}

/**
 * Why a text is refused. `number` is one that another parser may read otherwise: beyond ±(2^53 − 1), with more digits
 * than a double holds, or `-0`. `1.0` and `1e2` are other ways to write the same number, and usual in other languages.
 */
export type JsonFault = 'syntax' | 'duplicate_member' | 'number' | 'depth' | 'size'

/** What was parsed, or why nothing was. */
export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: JsonFault }

/**
 * Parses an unambiguous JSON text; where it accepts, the value is what `JSON.parse` gives. Refuses lone surrogates
 * (`syntax`), written out or escaped. Never throws.
 */
export function parseStrictJson(text: string, limits: JsonLimits = {}): JsonResult {
  const { maxBytes, maxDepth = 64 } = limits
  if (maxBytes !== undefined && isLonger(text, maxBytes)) return { ok: false, reason: 'size' }
  return parseScanned(text, maxDepth)
}

function parseScanned(text: string, maxDepth: number): JsonResult {
  const written = countWrittenMembers(text, maxDepth)
  if (typeof written === 'string') return { ok: false, reason: written }
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'syntax' }
  }
  // `JSON.parse` lets the last of several members of one name win, so duplicates show as members that are missing: the
  // engine compares the names, escapes and all, and two numbers are left to compare here.
  if (written !== countMembers(value)) return { ok: false, reason: 'duplicate_member' }
  return { ok: true, value }
}

/** Narrows a value to an object: neither `null` nor an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLonger(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true
  // A UTF-16 unit takes three bytes at the most.
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes
}

// Recursion is bounded by the depth that the scanner has checked. Of all ways to visit members this is the one that
// makes the least to collect.
function countMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item)
    return count
  }
  const names = Object.keys(value)
  for (const name of names) {
    const member = value[name]
    if (typeof member === 'object') count += countMembers(member)
  }
  return count + names.length
}
