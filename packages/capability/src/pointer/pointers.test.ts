import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extendPointer, parsePointer } from './json-pointer.ts'
import { growPointerTree } from './pointer-tree.ts'

describe('a JSON pointer', () => {
  // The pointers of RFC 6901 §5.
  it.each([
    ['/foo', ['foo']],
    ['/foo/0', ['foo', '0']],
    ['/', ['']],
    ['/a~1b', ['a/b']],
    ['/c%d', ['c%d']],
    ['/k"l', ['k"l']],
    ['/ ', [' ']],
    ['/m~0n', ['m~n']],
    ['/~01', ['~1']],
    ['/__proto__', ['__proto__']],
    ['//', ['', '']],
  ])('%j is read', (pointer, tokens) => {
    expect(parsePointer(pointer)).toEqual(tokens)
  })

  it.each(['', 'a', 'a/b', '#/a', '/~', '/~2', '/a~', ' /a', '/a'.repeat(9), `/${'a'.repeat(256)}`])(
    '%j is none that names an argument',
    (pointer) => {
      expect(parsePointer(pointer)).toBeUndefined()
    },
  )

  it('may be as long and as deep as that', () => {
    expect(parsePointer('/a'.repeat(8))).toHaveLength(8)
    expect(parsePointer(`/${'a'.repeat(255)}`)).toHaveLength(1)
  })

  it('is written as it is read', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 8 }), (tokens) => {
        expect(parsePointer(tokens.reduce(extendPointer, ''))).toEqual(tokens)
      }),
    )
  })
})

describe('a tree of pointers', () => {
  const grow = (...pointers: string[]) => growPointerTree(pointers.map((pointer) => [pointer, true] as const))

  it.each([[['/a', '/a']], [['/a', '/a/b']], [['/a/b', '/a']], [['/a/b/c', '/x', '/a/b']]])(
    'does not grow from %j, where one lies inside another',
    (pointers) => {
      expect(grow(...pointers)).toEqual({ ok: false, reason: 'overlap' })
    },
  )

  it('does not grow from what is no pointer', () => {
    expect(grow('/a', 'b')).toEqual({ ok: false, reason: 'pointer' })
  })

  it('has a leaf at each pointer and nowhere else', () => {
    const tree = grow('/a/b', '/a/c', '/__proto__', '/a~1b')
    if (!tree.ok) throw new Error(tree.reason)
    expect([...tree.value.branches.keys()]).toEqual(['a', '__proto__', 'a/b'])
    expect(tree.value.branches.get('a')?.leaf).toBeUndefined()
    expect(tree.value.branches.get('a')?.branches.get('b')).toEqual({ leaf: true, branches: new Map() })
    expect(tree.value.branches.get('constructor')).toBeUndefined()
  })
})
