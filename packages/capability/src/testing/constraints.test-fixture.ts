/** A small world of values and constraints that overlap in every way, for proving things by trying them all. */
import type { JsonValue } from '@countersign/core'
import type { Constraint } from '../constraint.ts'

/** Values at, beside and between the bounds of the constraints below. */
export const VALUES: readonly JsonValue[] = [
  ...[null, true, false, -1, 0, 0.5, 1, 1.5, 2, 3, 2 ** 53 - 1],
  ...['', '1', 'a', 'ab', 'abc', 'b', 'A', 'a\n', 'é', 'e\u0301'],
  ...['/', '/a', '/a/', '//a', '/a//b', '/a/b', '/a/b/c', '/ab', '/a/../b', 'a/b', '/a%2fb', '/b'],
  ...[
    'https://a.example',
    'https://a.example/x',
    'HTTPS://A.EXAMPLE/',
    'https://b.example/',
    'https://a.example@b.example/',
  ],
  ...['https://a.example:8443/', 'http://a.example/', 'https://127.0.0.1/'],
  ...[[], [1], ['1'], [1, 2], [2, 1], [1, 'a'], [[1]], [3], ['a', 'b']],
  ...[{}, { a: 1 }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: '1' }, { 0: 1 }],
]

const BOUNDS = [undefined, -1, 0, 1, 2]
const LISTS = [[1], ['1'], [1, 2], [2, 1, 'a'], ['a', 'b'], [{ a: 1 }, [1]], [[1], null, true], ['/a/b', '/a']]

/** Constraints of every kind. */
export const CONSTRAINTS: readonly Constraint[] = [
  ...VALUES.map((equals) => ({ equals })),
  ...LISTS.map((one_of) => ({ one_of })),
  ...LISTS.map((subset_of) => ({ subset_of })),
  ...['a', 'ab', 'abc', '/', '/a', '/a/', 'https://a.example', 'https://a.example/', 'é'].map((prefix) => ({ prefix })),
  ...['a', 'a.*', 'a[a-z]*', '(?s).*', '/a/.*', '(?i)https://a.*', '[^/]+'].map((pattern) => ({ pattern })),
  ...BOUNDS.flatMap((min) => BOUNDS.flatMap((max) => [false, true].flatMap((integer) => makeRange(min, max, integer)))),
  ...['/', '/a', '/a/', '/a/b', '/ab', 'a', 'a/b'].map((within_path) => ({ within_path })),
  ...[['a.example'], ['b.example'], ['a.example', 'b.example'], ['127.0.0.1', 'a.example']].map((url_host) => ({
    url_host,
  })),
]

function makeRange(min: number | undefined, max: number | undefined, integer: boolean): readonly Constraint[] {
  if ((min === undefined && max === undefined) || (min !== undefined && max !== undefined && min > max)) return []
  return [
    { range: { ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(integer && { integer }) } },
  ]
}
