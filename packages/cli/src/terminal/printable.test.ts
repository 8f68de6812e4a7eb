import { describe, expect, it } from 'vitest'
import { printable, printableJson } from './printable.ts'

describe('text from the network', () => {
  it('cannot move the cursor, clear the screen or ring', () => {
    expect(printable('\u001b[2J\u001b[1;1Happroved\u0007\r')).toBe('\ufffd[2J\ufffd[1;1Happroved\ufffd\ufffd')
    expect(printable('\u009b31m\u0000\u007f')).toBe('\ufffd31m\ufffd\ufffd')
  })

  it('cannot turn the direction of writing', () => {
    expect(printable('a\u202eb\u2066c\u200f')).toBe('a\ufffdb\ufffdc\ufffd')
  })

  it('keeps lines, tabs and every language', () => {
    expect(printable('a\n\tb ü 漢 🙂')).toBe('a\n\tb ü 漢 🙂')
  })
})

describe('JSON of text from the network', () => {
  it('has nothing in it that a terminal obeys, stays one line, and reads as the same value', () => {
    const value = { 'a\u009b': ['\u001b[2J\n\u007f', 'a\u202eb\u2028', 'ü 漢 🙂'] }
    const line = printableJson(value)
    expect(line).not.toMatch(/[\p{Cc}\p{Bidi_C}\p{Zl}]/u)
    expect(JSON.parse(line)).toEqual(value)
  })
})
