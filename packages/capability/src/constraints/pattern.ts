/** Patterns in RE2 syntax, matched in time linear in the text, by an engine that knows no backtracking. */
import { RE2JS, RE2Set } from 're2js'

const MOST_PATTERN_UNITS = 256
/** Repetitions multiply, and `(?:(?:a{9}){9}){9}` is a short text. Time is instructions times text, at the worst. */
const MOST_INSTRUCTIONS = 300
const MOST_TEXT_UNITS = 1024
/** What the engine may remember of a pattern between texts, in octets; by default it would be megabytes for each. */
const MOST_MEMORY = 131_072

/**
 * Takes a pattern; yields the test whether a text of at most 1024 UTF-16 units matches as a whole. `undefined` when the
 * pattern is not RE2 syntax (no look-around, no back-references), is longer than 256 units, or compiles to over 300
 * instructions.
 */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === '' || pattern.length > MOST_PATTERN_UNITS) return undefined
  const matcher = compileMatcher(pattern)
  return matcher && ((text) => text.length <= MOST_TEXT_UNITS && matcher.match(text).length === 1)
}

/** A set of one: sets are what the engine lets bound the memory of. */
function compileMatcher(pattern: string): RE2Set | undefined {
  try {
    if (RE2JS.compile(pattern).programSize() > MOST_INSTRUCTIONS) return undefined
    const set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, MOST_MEMORY)
    set.add(pattern)
    set.compile()
    return set
  } catch {
    return undefined
  }
}
