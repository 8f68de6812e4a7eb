import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable, type KeyWords } from './key-table.ts'

const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffffffff }))
const key = fc.tuple(word, word, word, word).filter((words) => words.some((part) => part !== 0))

describe('the key table', () => {
  it('has what was added, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (added, others) => {
        const table = new KeyTable()
        const names = new Set(added.map(String))
        for (const words of added) table.add(words)
        expect(table.count).toBe(names.size)
        for (const words of [...added, ...others]) expect(table.has(words)).toBe(names.has(String(words)))
      }),
    )
  })

  it('keeps everything as it grows, also keys that differ in one word only', () => {
    const table = new KeyTable()
    const keyOf = (i: number): KeyWords => [i % 7 === 0 ? i : 1, i % 7 === 1 ? i : 2, i % 7 > 1 ? i : 3, 4]
    for (let i = 0; i < 50_000; i++) table.add(keyOf(i))
    for (let i = 0; i < 50_000; i++) expect(table.has(keyOf(i))).toBe(true)
    expect(table.has([5, 5, 5, 5])).toBe(false)
  })

  it('has nothing once it was cleared, and works on', () => {
    const table = new KeyTable()
    const keyOf = (i: number): KeyWords => [i, i, i, i]
    for (const round of [20_000, 100, 0, 20_000]) {
      for (let i = 1; i <= round; i++) table.add(keyOf(i))
      expect(table.count).toBe(round)
      for (let i = 1; i <= round; i++) expect(table.has(keyOf(i))).toBe(true)
      table.clear()
      expect(table.count).toBe(0)
      for (let i = 1; i <= round; i++) expect(table.has(keyOf(i))).toBe(false)
    }
  })
})
