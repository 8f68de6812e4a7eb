/** One pass over a JSON text for what `JSON.parse` does not tell: its depth, its members, how its numbers are written. */

const QUOTE = 0x22
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const SMALL_U = 0x75
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Why a scan ended early. */
type ScanFault = 'syntax' | 'number' | 'depth'

/**
 * Yields how many members all objects together have, duplicates included, or the first fault met. It says nothing
 * about syntax: a parser must accept the text as well. Linear in the text, whatever it is.
 */
export function countWrittenMembers(text: string, maxDepth: number): number | ScanFault {
  if (!text.isWellFormed()) return 'syntax'
  let depth = 0
  let members = 0
  let nextEscape = indexOrEnd(text, '\\', 0)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      const close = indexOrEnd(text, '"', i + 1)
      if (close < nextEscape) {
        i = close
      } else {
        i = endOfEscapedString(text, i)
        if (i < 0) return 'syntax'
        nextEscape = indexOrEnd(text, '\\', i)
      }
    } else if (unit === COLON) {
      members++
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > maxDepth) return 'depth'
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--
    } else if (unit === MINUS || isDigit(unit)) {
      const end = endOfNumber(text, i)
      if (!isExactNumber(text, i, end)) return 'number'
      i = end - 1
    }
  }
  return members
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from)
  return index < 0 ? text.length : index
}

/** Index of the closing quote, or -1 when there is none or an escape stands for half a character. */
function endOfEscapedString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) return i
    if (unit !== BACKSLASH) continue
    i++
    if (text.charCodeAt(i) !== SMALL_U) continue
    const escaped = escapedUnit(text, i + 1)
    if (!(escaped >= 0xd800 && escaped <= 0xdfff)) continue
    // A surrogate: only the first half, followed at once by an escaped second half, is a character.
    if (escaped > 0xdbff || text.charCodeAt(i + 5) !== BACKSLASH || text.charCodeAt(i + 6) !== SMALL_U) return -1
    const second = escapedUnit(text, i + 7)
    if (!(second >= 0xdc00 && second <= 0xdfff)) return -1
    i += 10
  }
  return -1
}

// What is not four hexadecimal digits is left for the parser to refuse.
function escapedUnit(text: string, start: number): number {
  return Number.parseInt(text.slice(start, start + 4), 16)
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE
}

function endOfNumber(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && (isDigit(text.charCodeAt(i)) || '+-.eE'.includes(text.charAt(i)))) i++
  return i
}

const MOST_SURE_DIGITS = 15

function isExactNumber(text: string, start: number, end: number): boolean {
  // Nearly all numbers are short whole ones; a leading zero is left for the parser to refuse.
  if (end - start <= MOST_SURE_DIGITS && isWhole(text, start, end)) return true
  const written = text.slice(start, end)
  const value = Number(written)
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false
  const shortest = String(value)
  return shortest === written || normaliseDecimal(shortest) === normaliseDecimal(written)
}

/** Sign, digits without outer zeros, exponent: `1.0`, `1` and `10e-1` are one decimal. Anything else stays as it is. */
function normaliseDecimal(written: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written)
  if (parts === null) return written
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return `${sign}0`
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

function isWhole(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isDigit(text.charCodeAt(i))) return false
  return true
}
