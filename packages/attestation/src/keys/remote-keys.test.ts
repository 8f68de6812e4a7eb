import { createRemoteJWKSet, customFetch } from 'jose'
import { describe, expect, it } from 'vitest'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { issuerKey, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  deaf,
  failing,
  hanging,
  KEYS_URL,
  keySet,
  makeTrust,
  signBundle,
  useFakeTime,
  wait,
} from '../testing/key-server.test-fixture.ts'

useFakeTime()

const GOOD = keySet({ k1: issuerKey.jwk })
const KNOWN = issuerKey.thumbprint
const root = await createLocalSigner(await generateSigningJwk())
const BUNDLE = { bundle: { url: KEYS_URL, root: root.publicJwk } }

/** How often anybody asked within the minute that was busiest. */
const busiestMinute = (asked: readonly number[]): number =>
  Math.max(0, ...asked.map((start) => asked.filter((at) => at >= start && at < start + 60).length))

describe('a storm of tokens with invented key ids (A13)', () => {
  it('has an ordinary remote key set fetch for each of them once its server fails', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const naive = createRemoteJWKSet(new URL(KEYS_URL), { [customFetch]: fetch, cooldownDuration: 0 })
    await naive({ alg: 'Ed25519', kid: 'k1' })
    server.answer = failing
    for (let index = 0; index < 200; index++) {
      await naive({ alg: 'Ed25519', kid: `invented-${index}` }).catch(() => undefined)
    }
    expect(server.asked.length).toBe(201)
  })

  it('costs at most five fetches a minute, while every good token goes on verifying', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    expect(await find()).toBe(KNOWN)
    server.answer = failing
    const wrong: string[] = []
    for (let second = 0; second < 100; second++) {
      const invented = Array.from({ length: 100 }, (_, index) => find(`invented-${second}-${index}`))
      const [good] = await Promise.all([find(), wait(1)])
      if (good !== KNOWN) wrong.push(good)
      for (const answer of await Promise.all(invented)) if (answer !== 'invalid_token unknown_key') wrong.push(answer)
    }
    expect(wrong).toEqual([])
    expect(server.asked.length).toBeGreaterThan(2)
    expect(busiestMinute(server.asked)).toBeLessThanOrEqual(5)
  })

  it('costs no more while the server answers', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    for (let second = 0; second < 130; second++) {
      const invented = Array.from({ length: 20 }, (_, index) => find(`invented-${second}-${index}`))
      await wait(1)
      expect(new Set(await Promise.all(invented))).toEqual(new Set(['invalid_token unknown_key']))
      expect(await find()).toBe(KNOWN)
    }
    expect(busiestMinute(server.asked)).toBeLessThanOrEqual(5)
  })

  it('costs no more from a cold start, with nothing to fall back on', async () => {
    const { server, fetch } = createKeyServer(failing)
    const { find, events } = makeTrust({}, { fetch })
    const answers: Promise<string>[] = []
    for (let second = 0; second < 130; second++) {
      answers.push(...Array.from({ length: 20 }, (_, index) => find(`invented-${second}-${index}`)))
      await wait(1)
    }
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^keys_unavailable /)
    expect(busiestMinute(server.asked)).toBeLessThanOrEqual(5)
    expect(events.filter(({ type }) => type === 'key_breaker_opened')).toHaveLength(1)
  })

  it('of one id alone costs one fetch a minute', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    for (let second = 0; second < 60; second++) {
      await find('retired')
      await wait(1)
    }
    expect(server.asked.length).toBe(2)
    await find('retired')
    expect(server.asked.length).toBe(3)
  })
})

describe('a cold start (A12)', () => {
  it('has a ring without a single flight fetch for each of a thousand', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const naive = async (): Promise<unknown> => (await fetch(KEYS_URL)).json()
    await Promise.all(Array.from({ length: 1000 }, naive))
    expect(server.asked.length).toBe(1000)
  })

  it('fetches once for a thousand who ask together; all of them wait, and none is let through before', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { server, fetch } = createKeyServer(() => promise)
    const { find } = makeTrust({}, { fetch })
    let answered = 0
    const asking = Array.from({ length: 1000 }, async () => {
      const answer = await find()
      answered += 1
      return answer
    })
    await wait(1)
    expect(answered).toBe(0)
    resolve(new Response(GOOD))
    expect(new Set(await Promise.all(asking))).toEqual(new Set([KNOWN]))
    expect(server.asked.length).toBe(1)
  })

  it.each([
    ['hangs', hanging],
    ['hangs and heeds no signal', deaf],
  ])('against a server that %s waits for ten seconds and says that nobody can say', async (_how, answer) => {
    const { fetch } = createKeyServer(answer)
    const { find, events } = makeTrust({}, { fetch })
    const early = find()
    let isOver = false
    void early.then(() => {
      isOver = true
    })
    await wait(9.9)
    expect(isOver).toBe(false)
    const late = find()
    await wait(0.2)
    expect(await Promise.all([early, late])).toEqual(Array(2).fill(expect.stringMatching(/^keys_unavailable /)))
    // Whoever comes while it hangs on waits for nothing.
    expect(await find()).toMatch(/^keys_unavailable /)
    await wait(60)
    expect(events).toContainEqual({ type: 'key_fetch_failed', issuer: 'https://anthropic.com', reason: 'timeout' })
  })

  it('goes on by itself once the server is there', async () => {
    const { server, fetch } = createKeyServer(failing)
    const { find } = makeTrust({}, { fetch })
    const first = find()
    await wait(10)
    expect(await first).toBe('keys_unavailable status_500')
    server.answer = GOOD
    await wait(35)
    expect(await find()).toBe(KNOWN)
  })
})

describe('a fetch that fails', () => {
  it('is tried again three times, later each time, and then no more for a while', async () => {
    const { server, fetch } = createKeyServer(failing)
    const { find } = makeTrust({}, { fetch })
    const answer = find()
    await wait(9)
    expect(await answer).toBe('keys_unavailable status_500')
    expect(server.asked.length).toBe(4)
    expect(await find()).toBe('keys_unavailable status_500')
    expect(server.asked.length).toBe(4)
  })

  it('is told once for each try, with a constant reason', async () => {
    const { server, fetch } = createKeyServer(() => Promise.reject(new Error('text from elsewhere')))
    const { find, events } = makeTrust({}, { fetch })
    const answer = find()
    await wait(9)
    expect(await answer).toBe('keys_unavailable connection')
    server.answer = GOOD
    await wait(30)
    await find()
    expect(events).toEqual([
      ...Array(4).fill({ type: 'key_fetch_failed', issuer: 'https://anthropic.com', reason: 'connection' }),
      { type: 'key_fetched', issuer: 'https://anthropic.com', seconds: 0 },
    ])
  })

  it.each([
    ['a refusal', async () => new Response(null, { status: 404 }), 'status_404'],
    [
      'a redirect, where fetch does not reject it itself',
      async () => new Response(null, { status: 302 }),
      'status_302',
    ],
    ['more than a mebibyte', async () => new Response('x'.repeat(1_048_577)), 'size'],
  ])('with %s is not tried again', async (_what, answer, reason) => {
    const { server, fetch } = createKeyServer(answer)
    const { find } = makeTrust({}, { fetch })
    expect(await find()).toBe(`keys_unavailable ${reason}`)
    expect(server.asked.length).toBe(1)
  })

  it.each([
    ['no JSON', 'keys', 'json_syntax'],
    ['members twice', '{"keys":[],"keys":[]}', 'json_duplicate_member'],
    ['no keys', '{}', 'keys'],
    ['too many keys', JSON.stringify({ keys: Array(257).fill({}) }), 'keys'],
  ])('with %s leaves the keys as they were', async (_what, answer, reason) => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find, events } = makeTrust({}, { fetch })
    await find()
    server.answer = answer
    await wait(301)
    expect(await find()).toBe(KNOWN)
    expect(events).toContainEqual({
      type: 'key_bundle_refused',
      issuer: 'https://anthropic.com',
      code: 'bundle_invalid',
      reason,
    })
  })

  it('five times in a row leaves the server in peace for half a minute; then one fetch tries', async () => {
    const { server, fetch } = createKeyServer(failing)
    const { find, events } = makeTrust({}, { fetch, fetching: { retries: 0, fetchesPerMinute: 100 } })
    for (let failure = 0; failure < 5; failure++) {
      await find()
      await wait(10)
    }
    expect(server.asked.length).toBe(5)
    expect(await find()).toBe('keys_unavailable breaker_open')
    expect(server.asked.length).toBe(5)
    await wait(21)
    await find()
    expect(server.asked.length).toBe(6)
    expect(await find()).toMatch(/^keys_unavailable /)
    server.answer = GOOD
    await wait(31)
    expect(await find()).toBe(KNOWN)
    const told = events.map(({ type }) => type).filter((type) => type.startsWith('key_breaker'))
    expect(told).toEqual(['key_breaker_opened', 'key_breaker_closed'])
  })
})

describe('keys that were fetched', () => {
  it('are fetched anew in the background after five minutes, also when nobody asks', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    server.answer = keySet({ k2: strangersKey.jwk })
    await wait(301)
    expect(server.asked.length).toBe(2)
    expect(await find('k2')).toBe(strangersKey.thumbprint)
    expect(await find()).toBe('invalid_token unknown_key')
  })

  it('hold nobody up while that fetch hangs, and count for an hour at most', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    server.answer = hanging
    await wait(301)
    expect(await find()).toBe(KNOWN)
    await wait(3298)
    expect(await find()).toBe(KNOWN)
    await wait(1)
    const answer = find()
    await wait(11)
    expect(await answer).toMatch(/^keys_unavailable /)
  })

  it('are fetched anew at once for a key that is not known yet', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    server.answer = keySet({ k1: issuerKey.jwk, k2: strangersKey.jwk })
    expect(await find('k2')).toBe(strangersKey.thumbprint)
    expect(server.asked.length).toBe(2)
  })

  it('are none when two of a kind have one name, and the only one when a token names none', async () => {
    const { server, fetch } = createKeyServer(keySet({ k1: issuerKey.jwk }))
    const { find } = makeTrust({}, { fetch })
    expect(await find(null)).toBe(KNOWN)
    const jwks = [issuerKey.jwk, strangersKey.jwk].map((jwk) => ({ ...jwk, kid: 'twin' }))
    server.answer = JSON.stringify({ keys: jwks })
    expect(await find('twin')).toBe('invalid_token ambiguous_key')
    expect(await find(null)).toBe('invalid_token unknown_key')
  })

  it('pass over what is not for signing, and what no verifier takes', async () => {
    const keys = [
      { ...issuerKey.jwk, kid: 'k1', use: 'enc' },
      { ...issuerKey.jwk, kid: 'k2', alg: 'ES256' },
      { ...issuerKey.jwk, kid: 'k3', d: 'AA' },
      { kty: 'oct', k: 'AAAA', kid: 'k4' },
      { ...issuerKey.jwk, kid: 'k5', use: 'sig', alg: 'EdDSA' },
      null,
    ]
    const { fetch } = createKeyServer(JSON.stringify({ keys }))
    const { find } = makeTrust({}, { fetch })
    const answers = await Promise.all(['k1', 'k2', 'k3', 'k4', 'k5'].map((kid) => find(kid)))
    const unknown = 'invalid_token unknown_key'
    expect(answers).toEqual([unknown, 'invalid_token key_algorithm', unknown, unknown, KNOWN])
  })

  it('stay good for their time after closing, and are fetched no more', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find, trust } = makeTrust({}, { fetch })
    await find()
    trust.close()
    await wait(3599)
    expect(await find()).toBe(KNOWN)
    await wait(2)
    expect(await find()).toBe('keys_unavailable closed')
    expect(server.asked.length).toBe(1)
  })
})

describe('a key set that was poisoned for a minute (A11)', () => {
  const POISONED = keySet({ k1: issuerKey.jwk, poison: strangersKey.jwk })

  it('lives on in an ordinary remote key set for as long as that is cached', async () => {
    const { server, fetch } = createKeyServer(POISONED)
    const naive = createRemoteJWKSet(new URL(KEYS_URL), { [customFetch]: fetch, cacheMaxAge: 3_600_000 })
    await naive({ alg: 'Ed25519', kid: 'k1' })
    server.answer = GOOD
    await wait(3500)
    await expect(naive({ alg: 'Ed25519', kid: 'poison' })).resolves.toBeDefined()
  })

  it('is healed within minutes where it is taken from a plain key set', async () => {
    const { server, fetch } = createKeyServer(POISONED)
    const { find } = makeTrust({}, { fetch })
    expect(await find('poison')).toBe(strangersKey.thumbprint)
    server.answer = GOOD
    await wait(301)
    expect(await find('poison')).toBe('invalid_token unknown_key')
  })

  it('is healed at once by invalidating it, whatever was being fetched at the time', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { server, fetch } = createKeyServer(POISONED)
    const { find, trust } = makeTrust({}, { fetch })
    await find('poison')
    server.answer = () => promise
    await wait(301)
    server.answer = GOOD
    const invalidated = trust.invalidate()
    resolve(new Response(POISONED))
    await invalidated
    expect(await find('poison')).toBe('invalid_token unknown_key')
    expect(await find()).toBe(KNOWN)
  })

  it('is forgotten by invalidating it also while the server is away', async () => {
    const { server, fetch } = createKeyServer(POISONED)
    const { find, trust } = makeTrust({}, { fetch })
    await find('poison')
    server.answer = async () => new Response(null, { status: 404 })
    await expect(trust.invalidate('https://anthropic.com')).rejects.toThrow(/https:\/\/anthropic\.com.*status_404/)
    expect(await find('poison')).toBe('keys_unavailable status_404')
  })

  it('is never taken where it has to be signed', async () => {
    const thief = await createLocalSigner(await generateSigningJwk())
    const { server, fetch } = createKeyServer(await signBundle(root))
    const { find, events } = makeTrust({ keys: BUNDLE }, { fetch })
    await find()
    const poisoned = { sequence: 2, keys: [{ keyId: 'poison', jwk: thief.publicJwk, expires: 2e9 }] }
    server.answer = await signBundle(thief, poisoned)
    await wait(301)
    expect(await find('poison')).toBe('invalid_token unknown_key')
    expect(await find()).toBe(KNOWN)
    expect(events).toContainEqual({
      type: 'key_bundle_refused',
      issuer: 'https://anthropic.com',
      code: 'bundle_invalid',
      reason: 'signature',
    })
  })
})
