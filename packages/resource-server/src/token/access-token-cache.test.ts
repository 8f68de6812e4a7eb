import { ok, refuse } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { start } from '../testing/issuer.test-fixture.ts'
import type { AccessToken } from './access-token.ts'
import { createAccessTokenCache } from './access-token-cache.ts'

const token: AccessToken = {
  issuer: 'https://auth.example',
  subject: 'user-1',
  clientId: 'agent-1',
  audience: ['https://notes.example/mcp'],
  severalAudiences: false,
  scopes: new Set(),
  expires: start + 300,
  notBefore: 0,
  ath: 'digest',
}

/** A cache before a verifier that accepts every text but those that begin with `bad`. */
function createCache() {
  const verified: string[] = []
  const time = { now: start }
  const read = createAccessTokenCache(
    async (text) => {
      verified.push(text)
      return text.startsWith('bad') ? refuse('invalid_token', 'signature') : ok(token)
    },
    () => time.now,
  )
  return { read, verified, time }
}

describe('tokens that were verified', () => {
  it('are verified once, and known at once from then on', async () => {
    const { read, verified } = createCache()
    expect(await read('a')).toEqual(ok(token))
    expect(read('a')).toEqual(ok(token))
    expect(verified).toEqual(['a'])
  })

  it('are known by their whole text', async () => {
    const { read, verified } = createCache()
    await read('a')
    await read('A')
    await read('a ')
    expect(verified).toEqual(['a', 'A', 'a '])
  })

  it('that were refused are not kept, neither good nor bad', async () => {
    const { read, verified } = createCache()
    expect(await read('bad')).toEqual(refuse('invalid_token', 'signature'))
    await read('bad')
    expect(verified).toEqual(['bad', 'bad'])
  })

  it('are dropped at their exp', async () => {
    const { read, verified, time } = createCache()
    await read('a')
    time.now = start + 299.9
    await read('a')
    expect(verified).toHaveLength(1)
    time.now = start + 300
    await read('a')
    await read('a')
    expect(verified).toHaveLength(2)
  })

  it('are ten thousand at the most; the oldest goes first, and strangers put out none', async () => {
    const { read, verified } = createCache()
    for (let index = 0; index < 10_000; index++) await read(`token-${index}`)
    for (let index = 0; index < 100; index++) await read(`bad-${index}`)
    expect(read('token-0')).toEqual(ok(token))
    await read('one more')
    verified.length = 0
    await read('token-1')
    expect(verified).toEqual([])
    await read('token-0')
    expect(verified).toEqual(['token-0'])
  })
})
