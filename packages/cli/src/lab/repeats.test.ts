import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldRepeats } from './repeats.ts'

const fold = (text: string): string =>
  foldRepeats([...text], (letter) => letter)
    .map(({ block, times }) => (times === 1 ? block.join('') : `(${block.join('')})×${times}`))
    .join('')

describe('repeats', () => {
  it.each([
    ['', ''],
    ['abc', 'abc'],
    ['aab', 'aab'],
    ['xaaay', 'x(a)×3y'],
    ['xabababy', 'x(ab)×3y'],
    ['abcdabcdabcd', '(abcd)×3'],
    ['aaaaaab', '(a)×6b'],
  ])('of %j are %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it('lose nothing and add nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b')), (letters) => {
        const unfolded = foldRepeats(letters, (letter) => letter).flatMap(({ block, times }) =>
          Array.from({ length: times }, () => block).flat(),
        )
        expect(unfolded).toEqual(letters)
      }),
    )
  })
})
