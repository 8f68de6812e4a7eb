import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constantTimeEquals } from './constant-time.ts'

describe('comparing in constant time', () => {
  it('finds equal what is equal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(constantTimeEquals(text, `${text}`)).toBe(true)
      }),
    )
  })

  it('finds a difference wherever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(constantTimeEquals(a, b)).toBe(a === b)
      }),
      {
        examples: [
          ['', 'a'],
          ['ab', 'a'],
          ['aa', 'ab'],
          ['\u0100', '\u0200'],
          ['a', '\u0161'],
        ],
      },
    )
  })
})
