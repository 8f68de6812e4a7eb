/** Patterns in RE2 syntax, matched in time linear in the text, by an engine that knows no backtracking. */
import { RE2JS } from 're2js'

const MOST_PATTERN_UNITS = 256
/** Instructions: repetitions multiply, and `(?:(?:a{9}){9}){9}` is a short text. */
const MOST_INSTRUCTIONS = 512
const MOST_TEXT_UNITS = 2048

/**
 * Takes a pattern; yields the test whether a text of at most 2048 UTF-16 units matches as a whole. `undefined` when the
 * pattern is not RE2 syntax (no look-around, no back-references), is longer than 256 units, or compiles to over 512
 * instructions.
 */
export function compilePattern(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === '' || pattern.length > MOST_PATTERN_UNITS) return undefined
  const program = compileProgram(pattern)
  if (program === undefined || program.programSize() > MOST_INSTRUCTIONS) return undefined
  return (text) => text.length <= MOST_TEXT_UNITS && program.testExact(text)
}

function compileProgram(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern)
  } catch {
    return undefined
  }
}
