/** Constraints made into tests, so that a call costs no more than comparisons. */
import type { JsonValue } from '@countersign/core'
import type { Constraint, RangeConstraint } from '../constraint.ts'
import { equalJson } from '../json/equal-json.ts'
import { isWithin, normalisePath } from './path.ts'
import { compilePattern } from './pattern.ts'
import { readUrlHost } from './url-host.ts'

/** Whether an argument is what its constraint allows. */
export type ArgumentTest = (value: JsonValue) => boolean

/** Takes a parsed constraint. Throws a `TypeError` for one that was never parsed: it must not pass for an open one. */
export function compileConstraint(constraint: Constraint): ArgumentTest {
  if ('equals' in constraint) return compileEquals(constraint.equals)
  if ('one_of' in constraint) return compileMembership(constraint.one_of)
  if ('prefix' in constraint) return compilePrefix(constraint.prefix)
  if ('pattern' in constraint) return compileText(expectParsed(compilePattern(constraint.pattern)))
  if ('range' in constraint) return compileRange(constraint.range)
  if ('subset_of' in constraint) return compileSubset(constraint.subset_of)
  if ('within_path' in constraint) return compilePath(expectParsed(normalisePath(constraint.within_path)))
  if ('url_host' in constraint) return compileUrlHost(constraint.url_host)
  return refuseUnparsed(constraint)
}

function compileEquals(expected: JsonValue): ArgumentTest {
  if (typeof expected !== 'object' || expected === null) return (value) => value === expected
  return (value) => equalJson(expected, value)
}

/** Most lists hold texts or numbers alone, and a set finds those at once, strictly by type. */
function compileMembership(listed: readonly JsonValue[]): ArgumentTest {
  const plain = new Set<JsonValue>(listed.filter((item) => typeof item !== 'object' || item === null))
  const nested = listed.filter((item) => typeof item === 'object' && item !== null)
  return (value) => plain.has(value) || nested.some((item) => equalJson(item, value))
}

function compileText(test: (text: string) => boolean): ArgumentTest {
  return (value) => typeof value === 'string' && test(value)
}

function compilePrefix(prefix: string): ArgumentTest {
  return compileText((text) => text.startsWith(prefix))
}

function compileRange({ min = -Infinity, max = Infinity, integer = false }: RangeConstraint['range']): ArgumentTest {
  return (value) => typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))
}

function compileSubset(listed: readonly JsonValue[]): ArgumentTest {
  const isListed = compileMembership(listed)
  return (value) => Array.isArray(value) && value.every(isListed)
}

function compilePath(folder: string): ArgumentTest {
  return compileText((text) => {
    const path = normalisePath(text)
    return path !== undefined && isWithin(path, folder)
  })
}

function compileUrlHost(hosts: readonly string[]): ArgumentTest {
  const listed = new Set(hosts)
  return compileText((text) => {
    const host = readUrlHost(text)
    return host !== undefined && listed.has(host)
  })
}

function expectParsed<Value>(value: Value | undefined): Value {
  return value ?? refuseUnparsed()
}

function refuseUnparsed(_constraint?: never): never {
  throw new TypeError('This constraint was not read by parseCapability; read it there, and use what that yields.')
}
