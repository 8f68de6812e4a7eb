import { createRemoteJWKSet, customFetch } from 'jose'
import { describe, expect, it } from 'vitest'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { issuerKey, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  failing,
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

  it('does not come back with an answer that was under way all the time', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const { server, fetch } = createKeyServer(POISONED)
    const { find, trust } = makeTrust({}, { fetch })
    await find('poison')
    server.answer = () => promise
    await wait(301)
    server.answer = GOOD
    await trust.invalidate()
    resolve(new Response(POISONED))
    await wait(1)
    expect(await find('poison')).toBe('invalid_token unknown_key')
    expect(await find()).toBe(KNOWN)
  })

  it('is healed for everybody when several say so at once', async () => {
    const { server, fetch } = createKeyServer(POISONED)
    const { find, trust } = makeTrust({}, { fetch })
    await find('poison')
    server.answer = GOOD
    await Promise.all([
      trust.invalidate(),
      trust.invalidate(),
      trust.ready(),
      trust.invalidate('https://anthropic.com'),
    ])
    expect(await find('poison')).toBe('invalid_token unknown_key')
  })

  it('is healed also by somebody who had to ask often', async () => {
    const { server, fetch } = createKeyServer(failing)
    const { find, trust } = makeTrust({}, { fetch })
    for (let second = 0; second < 20; second++) {
      void find()
      await wait(1)
    }
    expect(await find()).toMatch(/^keys_unavailable (breaker_open|budget)$/)
    server.answer = GOOD
    await trust.invalidate()
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
