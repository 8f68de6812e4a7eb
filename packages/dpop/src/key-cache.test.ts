import type { VerifyKey } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { KeyCache } from './key-cache.ts'

const keyOf = (thumbprint: string, algorithm: VerifyKey['algorithm'] = 'ES256'): VerifyKey => ({
  algorithm,
  thumbprint,
})

describe('the cache of proof keys', () => {
  it('finds a key by the exact segment that it came in', () => {
    const cache = new KeyCache(4)
    const key = keyOf('a')
    cache.set('segment', key)
    expect(cache.get('segment')).toBe(key)
    expect(cache.get('Segment')).toBeUndefined()
  })

  it('keeps one segment of each key, so that nobody fills it alone', () => {
    const cache = new KeyCache(4)
    cache.set('b', keyOf('b'))
    for (let i = 0; i < 100; i++) cache.set(`a${i}`, keyOf('a'))
    expect(cache.get('b')).toBeDefined()
    expect(cache.get('a98')).toBeUndefined()
    expect(cache.get('a99')).toBeDefined()
  })

  it('keeps a key under each of its algorithms apart', () => {
    const cache = new KeyCache(4)
    cache.set('a', keyOf('a', 'EdDSA'))
    cache.set('b', keyOf('a', 'Ed25519'))
    expect(cache.get('a')?.algorithm).toBe('EdDSA')
    expect(cache.get('b')?.algorithm).toBe('Ed25519')
  })

  it('puts out what was not used for longest', () => {
    const cache = new KeyCache(4)
    for (const name of ['a', 'b', 'c', 'd']) cache.set(name, keyOf(name))
    cache.get('a')
    cache.set('e', keyOf('e'))
    expect(cache.get('b')).toBeUndefined()
    for (const name of ['a', 'c', 'd', 'e']) expect(cache.get(name)).toBeDefined()
  })

  it('never holds more than its capacity', () => {
    const cache = new KeyCache(10)
    for (let i = 0; i < 1000; i++) cache.set(`segment ${i % 37}`, keyOf(`key ${i % 23}`))
    const held = Array.from({ length: 37 }, (_, i) => cache.get(`segment ${i}`)).filter((key) => key !== undefined)
    expect(held.length).toBeLessThanOrEqual(10)
  })
})
