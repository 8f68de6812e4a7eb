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

/** What was counted; says nothing about syntax, a parser must still accept the text. */
export interface JsonScan {
  /** Members of all objects together, duplicates included. */
  readonly members: number
}

/** Yields the count, or the first fault met. Linear in the text, whatever it is. */
export function scanJson(text: string, maxDepth: number): JsonScan | 'syntax' | 'number' | 'depth' {
  if (!text.isWellFormed()) return 'syntax'
  let depth = 0
  let members = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      i = endOfString(text, i)
      if (i < 0) return 'syntax'
    } else if (unit === COLON) {
      members++
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > maxDepth) return 'depth'
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--
    } else if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      const end = endOfNumber(text, i)
      if (!isCanonicalNumber(text, i, end)) return 'number'
      i = end - 1
    }
  }
  return { members }
}

/** Index of the closing quote, or -1 when there is none or an escape stands for half a character. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) return i
    if (unit !== BACKSLASH) continue
    i++
    if (text.charCodeAt(i) !== SMALL_U) continue
    const escaped = escapedUnit(text, i + 1)
    if (escaped < 0xd800 || escaped > 0xdfff) continue
    // A surrogate: only the first half, followed at once by an escaped second half, is a character.
    if (escaped > 0xdbff || text.charCodeAt(i + 5) !== BACKSLASH || text.charCodeAt(i + 6) !== SMALL_U) return -1
    const second = escapedUnit(text, i + 7)
    if (second < 0xdc00 || second > 0xdfff) return -1
    i += 10
  }
  return -1
}

function escapedUnit(text: string, start: number): number {
  // NaN and texts such as "+1f" are left for the parser to refuse.
  return Number.parseInt(text.slice(start, start + 4), 16)
}

function endOfNumber(text: string, start: number): number {
  let i = start + 1
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const isDigit = unit >= ZERO && unit <= NINE
    // 'e', 'E', '+', '-', '.'
    if (!isDigit && unit !== 0x65 && unit !== 0x45 && unit !== 0x2b && unit !== MINUS && unit !== 0x2e) break
  }
  return i
}

function isCanonicalNumber(text: string, start: number, end: number): boolean {
  const written = text.slice(start, end)
  const value = Number(written)
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER && String(value) === written
}
