import type { JsonValue } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import type { Constraint } from '../constraint.ts'
import { allows } from '../testing/capability.test-fixture.ts'
import { compileConstraint } from './compile-constraint.ts'

const composed = 'caf\u00e9'
const decomposed = 'cafe\u0301'

interface Case {
  readonly constraint: Constraint
  readonly in: readonly JsonValue[]
  readonly out: readonly JsonValue[]
}

describe('a constraint lets through what it says, and nothing else', () => {
  it.each<Case>([
    { constraint: { equals: 42 }, in: [42], out: ['42', 42.5, [42], { equals: 42 }, null, true, 43] },
    { constraint: { equals: '42' }, in: ['42'], out: [42, '42 ', ' 42', '４２', ''] },
    { constraint: { equals: null }, in: [null], out: [0, '', false, {}, []] },
    { constraint: { equals: true }, in: [true], out: [1, 'true', false] },
    { constraint: { equals: composed }, in: [composed], out: [decomposed, 'cafe', 'cafе\u0301'] },
    { constraint: { equals: 'admin' }, in: ['admin'], out: ['аdmin', 'ADMIN', 'admin\u200b', 'admin\0'] },
    { constraint: { equals: { a: [1] } }, in: [{ a: [1] }], out: [{ a: [1], b: 2 }, { a: [1, 1] }, { a: 1 }, [1], {}] },
    { constraint: { equals: [] }, in: [[]], out: [{}, '', [null]] },
    { constraint: { one_of: [1, 'a', null] }, in: [1, 'a', null], out: ['1', 'b', 2, [1], 0, 'null', [1, 'a', null]] },
    { constraint: { one_of: [{ a: 1 }, [2]] }, in: [{ a: 1 }, [2]], out: [{ a: 2 }, 2, [], {}] },
    { constraint: { prefix: 'no' }, in: ['no', 'notes'], out: ['n', 'No', 'xno', 1, ['no'], '\u200bno'] },
    { constraint: { prefix: composed }, in: [composed, `${composed}x`], out: [decomposed] },
    { constraint: { range: { min: 1, max: 3 } }, in: [1, 2.5, 3], out: [0.9, 3.1, '2', [2], null, true, Number.NaN] },
    { constraint: { range: { min: 1 } }, in: [1, 2 ** 53 - 1], out: [0, '1'] },
    { constraint: { range: { max: 1 } }, in: [1, -5], out: [2, '', null] },
    { constraint: { range: { min: 1, max: 3, integer: true } }, in: [1, 2, 3], out: [1.5, 2.000001, 0, 4, '2'] },
    {
      constraint: { subset_of: ['a', 'b'] },
      in: [[], ['a'], ['b', 'a', 'a']],
      out: ['a', ['c'], ['a', 'c'], {}, null],
    },
    { constraint: { subset_of: [1, { b: 1 }] }, in: [[{ b: 1 }, 1]], out: [['1'], [{ b: 2 }], [[1]]] },
    { constraint: { subset_of: ['a'] }, in: [], out: [{ length: 0 }, { 0: 'a', length: 1 }] },
  ])('$constraint', ({ constraint, ...values }) => {
    expect(values.in.filter((value) => !allows(constraint, value))).toEqual([])
    expect(values.out.filter((value) => allows(constraint, value))).toEqual([])
  })

  it('a pattern: the whole text, and only a text', () => {
    expect(allows({ pattern: '[a-z]+\\.txt' }, 'note.txt')).toBe(true)
    for (const value of ['note.txt\n', 'note.txt.exe', 'x note.txt', 'note.txt/../x', 'noteXtxt', ['note.txt'], 1]) {
      expect(allows({ pattern: '[a-z]+\\.txt' }, value)).toBe(false)
    }
    expect(allows({ pattern: 'a|ab' }, 'ab')).toBe(true)
    expect(allows({ pattern: '(?m)^a$' }, 'a\nb')).toBe(false)
  })
})

describe('a constraint that was never read', () => {
  it.each([{}, { not: 1 }, { pattern: '(' }, { within_path: '../x' }])(
    '%j is an error, not an open door',
    (constraint) => {
      // @ts-expect-error: what a caller might hand over who did not parse it
      const unread: Constraint = constraint
      expect(() => compileConstraint(unread)).toThrow(/parseCapability/)
    },
  )
})
