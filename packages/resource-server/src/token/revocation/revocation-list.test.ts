import { describe, expect, it } from 'vitest'
import { createRevocationList } from './revocation-list.ts'

const entry = (key: string, before: number, until = before + 300) => ({ sequence: 1, key, before, until })
const token = (issuedAt: number, ...revocationKeys: string[]) => ({ issuedAt, revocationKeys })

describe('a list of revocations', () => {
  it('ends tokens that have one of its keys and were not issued after that', () => {
    const list = createRevocationList()
    expect(list.ends(token(0, 'a'))).toBe(false)
    list.add([entry('a', 100)])
    expect(list.ends(token(100, 'x', 'a'))).toBe(true)
    expect(list.ends(token(99.9, 'a', 'x'))).toBe(true)
    expect(list.ends(token(100.1, 'a'))).toBe(false)
    expect(list.ends(token(100, 'x'))).toBe(false)
    expect(list.ends(token(100))).toBe(false)
  })

  it('ends tokens whose age nobody knows, which count as issued at 0', () => {
    const list = createRevocationList()
    list.add([entry('a', 100)])
    expect(list.ends(token(0, 'a'))).toBe(true)
  })

  it('takes of two entries with one key whatever reaches further', () => {
    const list = createRevocationList()
    list.add([entry('a', 200, 500)])
    list.add([entry('a', 100, 900)])
    expect(list.ends(token(200, 'a'))).toBe(true)
    list.forget(600)
    expect(list.ends(token(200, 'a'))).toBe(true)
    expect(list.size).toBe(1)
  })

  it('forgets entries all of whose tokens have expired', () => {
    const list = createRevocationList()
    list.add([entry('a', 100, 400), entry('b', 100, 401)])
    list.forget(400)
    expect([list.ends(token(0, 'a')), list.ends(token(0, 'b')), list.size]).toEqual([false, true, 1])
  })
})
