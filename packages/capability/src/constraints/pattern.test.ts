import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern } from './pattern.ts'

const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  'a*',
  'b+',
  'a?',
  '(a|b)',
  '(?:ab)*',
  '\\d',
  '\\.',
  'c{1,3}',
  '|',
  '^',
  '$',
)

describe('a pattern', () => {
  it('matches what the same regular expression, between anchors, matches', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.stringMatching(/^[abc1.\n]{0,8}$/),
        (pieces, text) => {
          const pattern = pieces.join('')
          const test = compilePattern(pattern)
          if (test === undefined) throw new Error(`${pattern} was refused`)
          expect(test(text), `${pattern} on ${JSON.stringify(text)}`).toBe(new RegExp(`^(?:${pattern})$`).test(text))
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('takes time linear in the text, where backtracking would take years', () => {
    const text = 'a'.repeat(1024)
    for (const pattern of ['(a*)*b', '(a|a)*b', '(a+)+b', '(.*a){12}b', '(?:a?){50}b']) {
      const test = compilePattern(pattern)
      const start = performance.now()
      expect(test?.(text)).toBe(false)
      // Thirty times what it takes on a slow machine.
      expect(performance.now() - start).toBeLessThan(2000)
    }
  })

  it('is matched against texts up to a length', () => {
    const test = compilePattern('a*')
    expect([test?.('a'.repeat(1024)), test?.('a'.repeat(1025))]).toEqual([true, false])
  })

  it('has bounds for its own length and for what it grows to', () => {
    expect(compilePattern('a'.repeat(256))).toBeDefined()
    expect(compilePattern('')).toBeUndefined()
    expect(compilePattern('a'.repeat(257))).toBeUndefined()
    expect(compilePattern('(?:a{1,30}){1,4}')).toBeDefined()
    expect(compilePattern('a{0,200}')).toBeUndefined()
  })

  it('gives the same answer once it may not remember more', () => {
    // Each text leads the engine into states of its own, until it has to go without.
    const test = compilePattern('(?:[ab]*a[ab]{14})')
    const js = /^(?:[ab]*a[ab]{14})$/
    for (let seed = 1; seed <= 60; seed++) {
      const text = makeText(seed, 200)
      expect(test?.(text)).toBe(js.test(text))
    }
  })

  it('is refused whatever is wrong with it, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'()[]{}*+?|\\^$.-,:=!<>P1ak&~#'), maxLength: 20 }),
        (pattern) => {
          expect(() => compilePattern(pattern)?.('aaaa')).not.toThrow()
        },
      ),
      { numRuns: 5000 },
    )
  })
})

/** A text of the letters a and b, always the same for a seed. */
function makeText(seed: number, length: number): string {
  let state = seed
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >> 16) & 1 ? 'a' : 'b'
  }).join('')
}
