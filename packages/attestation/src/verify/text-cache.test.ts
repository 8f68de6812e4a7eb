import { describe, expect, it } from 'vitest'
import type { ReadText } from './presented.ts'
import { TextCache } from './text-cache.ts'

const read = (keyId: string): ReadText => ({ keyId })
const ENDING = 'e'.repeat(32)

describe('what is remembered of texts', () => {
  it('is found by the whole text, and by no other that ends alike', () => {
    const cache = new TextCache(4)
    cache.set(`one${ENDING}`, read('one'))
    expect(cache.get(`one${ENDING}`)).toEqual(read('one'))
    expect(cache.get(`two${ENDING}`)).toBeUndefined()
    expect(cache.get(ENDING)).toBeUndefined()
    cache.delete(`two${ENDING}`)
    expect(cache.get(`one${ENDING}`)).toEqual(read('one'))
  })

  it('is bounded: the one that was not used for longest goes', () => {
    const cache = new TextCache(3)
    for (const text of ['a', 'b', 'c']) cache.set(text, read(text))
    cache.get('a')
    cache.set('d', read('d'))
    expect(['a', 'b', 'c', 'd'].map((text) => cache.get(text)?.keyId)).toEqual(['a', undefined, 'c', 'd'])
  })

  it('is gone when it was deleted', () => {
    const cache = new TextCache(3)
    cache.set('a', read('a'))
    cache.delete('a')
    expect(cache.get('a')).toBeUndefined()
  })
})
