import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allows } from '../testing/capability.test-fixture.ts'
import { normalisePath } from './path.ts'

const inHome = (path: unknown) => typeof path === 'string' && allows({ within_path: '/home/a' }, path)

describe('a path constraint', () => {
  it.each([
    '/home/a',
    '/home/a/',
    '/home/a/b',
    '/home//a/b',
    '/home/a/b/c.txt',
    '/home/a/..b',
    '/home/a/b..',
    '/home/a/...',
  ])('lets %j through', (path) => {
    expect(inHome(path)).toBe(true)
  })

  it.each([
    ['the folder above', '/home'],
    ['a sibling whose name begins alike', '/home/ab'],
    ['a sibling with more', '/home/a.txt'],
    ['dots', '/home/a/../b'],
    ['dots that stay inside', '/home/a/b/../c'],
    ['dots at the end', '/home/a/..'],
    ['a single dot', '/home/a/./b'],
    ['a single dot at the end', '/home/a/.'],
    ['dots at the beginning', '../home/a'],
    ['a relative path', 'home/a/b'],
    ['an encoded dot', '/home/a/%2e%2e/b'],
    ['an encoded slash', '/home/a%2f..%2fb'],
    ['a sign of encoding alone', '/home/a/100%'],
    ['a backslash', '/home/a\\..\\b'],
    ['an end in the middle', '/home/a/b\0.txt'],
    ['a line break', '/home/a/b\nc'],
    ['a delete character', '/home/a/b\u007f'],
    ['two slashes in front', '//home/a/b'],
    ['a home', '~/home/a'],
    ['nothing', ''],
    ['another case', '/Home/a/b'],
    ['wide dots', '/home/a/．．/b'],
    ['a leader of two dots', '/home/a/‥/b'],
    ['a wide slash', '/home/a/b／c'],
    ['a letter that folds to a slash', '/home/a/℀'],
    ['a wide backslash', '/home/a/＼b'],
    ['a wide per cent', '/home/a/％2e'],
    ['too long a path', `/home/a/${'b'.repeat(4096)}`],
  ])('refuses %s', (_name, path) => {
    expect(inHome(path)).toBe(false)
  })

  it.each(['', '~', '~/x', '~root'])('refuses %j wherever it might be looked for', (path) => {
    expect(normalisePath(path)).toBeUndefined()
    expect(allows({ within_path: 'home' }, path)).toBe(false)
  })

  it('takes other letters as they are', () => {
    expect(inHome('/home/a/büro/записки/😀')).toBe(true)
    expect(allows({ within_path: '/home/é' }, '/home/e\u0301/x')).toBe(false)
  })

  it('keeps relative and absolute apart, and the root above all that is absolute', () => {
    expect(allows({ within_path: 'notes/' }, 'notes/1')).toBe(true)
    expect(allows({ within_path: 'notes' }, '/notes/1')).toBe(false)
    expect(allows({ within_path: '/' }, '/etc')).toBe(true)
    expect(allows({ within_path: '/' }, '/')).toBe(true)
    expect(allows({ within_path: '/' }, 'etc')).toBe(false)
  })

  it('never lets through what the system would resolve to the outside', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      'a',
      'home',
      '/home/a',
      '\\',
      '%2e',
      '~',
      '．',
      '‥',
      '／',
      '\0',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const path = pieces.join('')
        if (!inHome(path)) return
        for (const read of [path, decodeURIComponent(path), path.normalize('NFKC'), path.replaceAll('\\', '/')]) {
          expect(`${posix.resolve('/elsewhere', read)}/`).toMatch(/^\/home\/a\//)
        }
      }),
      { numRuns: 20_000 },
    )
  })

  it('normalises once and for all', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('/', '//', 'a', '.b', 'ü'), { maxLength: 8 }), (pieces) => {
        const once = normalisePath(pieces.join(''))
        if (once !== undefined) expect(normalisePath(once)).toBe(once)
      }),
    )
  })
})
