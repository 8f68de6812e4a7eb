import { ok } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { createIssuer, start } from '../testing/issuer.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'
import type { AccessToken } from './access-token.ts'
import { createAccessTokenCache } from './access-token-cache.ts'

const token: AccessToken = {
  source: 'jwt',
  issuer: 'https://auth.example',
  subject: 'user-1',
  clientId: 'agent-1',
  audience: ['https://notes.example/mcp'],
  severalAudiences: false,
  scopes: new Set(),
  expires: start + 300,
  notBefore: 0,
  issuedAt: start,
  ath: 'digest',
  revocationKeys: [],
}
const verified = ok(token)

/** A cache on a clock that the test moves. */
function createCache() {
  const time = { now: start }
  return { cache: createAccessTokenCache(() => time.now), time }
}

describe('tokens that were verified', () => {
  it('are known from then on', () => {
    const { cache } = createCache()
    expect(cache.find('a')).toBeUndefined()
    cache.keep('a', verified)
    expect(cache.find('a')).toBe(verified)
  })

  it('are known by their whole text', () => {
    const { cache } = createCache()
    const text = 'x'.repeat(100)
    cache.keep(text, verified)
    for (const other of [`y${text.slice(1)}`, `${text} `, text.slice(1), 'X'.repeat(100)]) {
      expect(cache.find(other)).toBeUndefined()
    }
    expect(cache.find(text)).toBe(verified)
  })

  it('are found once more at their exp, to be refused for it, and then dropped', () => {
    const { cache, time } = createCache()
    const short = ok({ ...token, expires: start + 60 })
    cache.keep('a', short)
    time.now = start + 59.9
    expect(cache.find('a')).toBe(short)
    time.now = start + 60
    expect(cache.find('a')).toBe(short)
    expect(cache.find('a')).toBeUndefined()
  })

  it('are verified anew after five minutes, however long they live', () => {
    const { cache, time } = createCache()
    const long = ok({ ...token, expires: start + 86_400 })
    cache.keep('a', long)
    time.now = start + 299.9
    expect(cache.find('a')).toBe(long)
    time.now = start + 300
    expect(cache.find('a')).toBeUndefined()
    cache.keep('a', long)
    expect(cache.find('a')).toBe(long)
  })

  it('are dropped when they are over before their time', () => {
    const { cache } = createCache()
    const other = ok({ ...token, subject: 'user-2' })
    cache.keep('a', verified)
    cache.keep('b', other)
    cache.drop(({ subject }) => subject === 'user-1')
    expect([cache.find('a'), cache.find('b')]).toEqual([undefined, other])
  })

  it('are ten thousand at the most; the oldest goes first', () => {
    const { cache } = createCache()
    for (let index = 0; index < 10_000; index++) cache.keep(`token-${index}`, verified)
    expect(cache.find('token-0')).toBe(verified)
    cache.keep('one more', verified)
    expect(cache.find('token-0')).toBeUndefined()
    expect(cache.find('token-1')).toBe(verified)
  })
})

describe('A key set that was poisoned, and repaired', () => {
  it('leaves nothing behind: what the bad key signed is refused, also where it was accepted before', async () => {
    const poison = await createIssuer({ kid: 'poison' })
    let keys: unknown[] = []
    const scene = await createScene({
      authorizationServers: [{ issuer: 'https://auth.example', jwksUri: 'https://auth.example/jwks' }],
      fetch: async () => Response.json({ keys }),
    })
    const token = await poison.sign({ cnf: { jkt: scene.agent.thumbprint }, exp: start + 86_400 })
    const outcome = async () => {
      const answer = await scene.guard.check(await scene.request({ token }))
      return answer instanceof Response ? ((await answer.json()) as { code: string }).code : 'allowed'
    }
    keys = [scene.issuer.publicJwk, poison.publicJwk]
    expect(await outcome()).toBe('allowed')
    keys = [scene.issuer.publicJwk]
    scene.now = start + 300
    // The first to come makes the keys be fetched anew, and does not wait for them.
    await outcome()
    scene.now = start + 600
    expect(await outcome()).toBe('invalid_token')
  })
})
