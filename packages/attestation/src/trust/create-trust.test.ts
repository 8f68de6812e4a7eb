import { describe, expect, it, vi } from 'vitest'
import { createBundleKeyRing } from '../bundle/bundle-key-ring.ts'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import type { TrustState } from '../keys/trust-state.ts'
import { ISSUER, issuerKey, LINE, NOW, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  createState,
  failing,
  KEYS_URL,
  keySet,
  makeTrust,
  signBundle,
  useFakeTime,
  verifier,
  wait,
} from '../testing/key-server.test-fixture.ts'
import { createTrust } from './create-trust.ts'
import type { RevokedIssuerKey } from './trust.ts'

useFakeTime()

const KNOWN = issuerKey.thumbprint
const GOOD = keySet({ k1: issuerKey.jwk })
const root = await createLocalSigner(await generateSigningJwk())
const bundled = { keys: { bundle: { url: KEYS_URL, root: root.publicJwk } } }
const takenBack = { keyId: 'k1', thumbprint: KNOWN, reason: 'key_compromise', revokedAt: NOW } as const
const withoutKey = { sequence: 2, keys: [], revoked: [takenBack] }

describe('a trust list made ready', () => {
  it('has the keys of every issuer', async () => {
    const { fetch, server } = createKeyServer(GOOD)
    const { trust, find } = makeTrust({}, { fetch })
    await trust.ready()
    await trust.ready()
    expect(await find()).toBe(KNOWN)
    expect(server.asked.length).toBe(1)
  })

  it('says whose keys cannot be had and why, and holds nothing against that issuer', async () => {
    const { fetch, server } = createKeyServer(failing)
    const { trust, find } = makeTrust({}, { fetch })
    const failure = trust.ready().catch(String)
    await wait(10)
    expect(await failure).toMatch(/https:\/\/anthropic\.com cannot be had.*status_500/)
    server.answer = GOOD
    await trust.ready()
    expect(await find()).toBe(KNOWN)
  })

  it.each([
    [{ keys: { jwksUri: 'http://keys.example/keys' } }, /over https/],
    [{ keys: { jwksUri: 'https://user:pass@keys.example/keys' } }, /without user information/],
    [{ keys: { bundle: { url: KEYS_URL, root: { kty: 'RSA' } } } }, /bundle root of https:\/\/anthropic\.com/],
    [{ keys: { spiffeBundle: { url: 'spiffe://anthropic.com' } } }, /over https/],
    [{ keys: { keys: [] } }, /one key at the least/],
    [{ legacy: true, acceptUnbound: false }, /acceptUnbound/],
    [{ issuer: 'http://anthropic.com' }, /https URL/],
  ] as const)('is not made of %j', (line, message) => {
    expect(() => makeTrust(line)).toThrow(message)
  })

  it('is not made with a setting that makes no sense, nor with one that there is not', () => {
    for (const fetching of [{ ttl: 0 }, { retries: 1.5 }, { timeout: Number.NaN }, { refreshAfter: 7200 }]) {
      expect(() => makeTrust({}, { fetching })).toThrow(RangeError)
    }
    const misspelt = { ttl: 60, ttI: 60 }
    expect(() => makeTrust({}, { fetching: misspelt })).toThrow(/no setting "ttI"/)
  })

  it('takes as long to find one issuer in ten as in ten thousand', () => {
    const timeOf = (count: number): number => {
      const lines = Array.from({ length: count }, (_, index) => ({
        ...LINE,
        issuer: `https://issuer-${index}.example`,
      }))
      const trust = createTrust(lines, { verifier })
      const start = performance.now()
      for (let index = 0; index < 20_000; index++) trust.find(`https://issuer-${index % count}.example`)
      return performance.now() - start
    }
    timeOf(10)
    const [few, many] = [timeOf(10), timeOf(10_000)]
    // Flat, but for caches that are missed; a list that is searched would take a thousand times as long.
    expect(many).toBeLessThan(few * 50 + 20)
  })
})

describe('an older bundle, served again (A11)', () => {
  it('comes back after a restart in a ring that remembers nothing', async () => {
    const clock = () => NOW
    const make = () => createBundleKeyRing({ verifier, clock, issuer: ISSUER, root: root.publicJwk })
    await make().install(await signBundle(root, withoutKey))
    const restarted = make()
    expect((await restarted.install(await signBundle(root))).ok).toBe(true)
    expect((await restarted.find('k1', 'Ed25519')).ok, 'the stolen key').toBe(true)
  })

  it('is refused while running, and after a restart', async () => {
    const { fetch, server } = createKeyServer(await signBundle(root, withoutKey))
    const { state } = createState()
    const before = makeTrust(bundled, { fetch, state })
    expect(await before.find()).toBe('invalid_token key_revoked')
    server.answer = await signBundle(root)
    await wait(301)
    expect(await before.find()).toBe('invalid_token key_revoked')
    const rollback = { type: 'key_bundle_refused', issuer: ISSUER, code: 'bundle_rollback', reason: 'seq' }
    expect(before.events).toContainEqual(rollback)

    const after = makeTrust(bundled, { fetch, state })
    await wait(301)
    expect(await after.find()).toBe('invalid_token key_revoked')
    await wait(1)
    expect(after.events).toContainEqual(rollback)
  })

  it('is refused also when the newer one was fetched by another process', async () => {
    const { fetch, server } = createKeyServer(await signBundle(root))
    const { state } = createState()
    const one = makeTrust(bundled, { fetch, state })
    const two = makeTrust(bundled, { fetch, state })
    expect(await one.find()).toBe(KNOWN)
    server.answer = await signBundle(root, withoutKey)
    expect(await two.trust.ready()).toBeUndefined()
    await two.trust.invalidate()
    server.answer = await signBundle(root)
    await wait(301)
    expect(await one.find()).toBe('keys_unavailable bundle_rollback')

    const third = makeTrust(bundled, { fetch, state })
    expect(await third.find(), 'the newer one is what a restart goes on with').toBe('invalid_token key_revoked')
    const { kty, crv, x = '' } = strangersKey.jwk
    if (kty !== 'OKP' || crv !== 'Ed25519') throw new TypeError('an Ed25519 key')
    const jwk = { kty: 'OKP', crv, x } as const
    server.answer = await signBundle(root, { sequence: 3, keys: [{ keyId: 'k3', jwk, expires: NOW + 3600 }] })
    await wait(11)
    expect(await one.find('k3'), 'healed').toBe(strangersKey.thumbprint)
  })
})

describe('a cold start without the key server', () => {
  it('goes on with the bundle of the last run, until that expires', async () => {
    const { fetch, server } = createKeyServer(await signBundle(root))
    const { state } = createState()
    await makeTrust(bundled, { fetch, state }).trust.ready()
    server.answer = failing
    await wait(7200)
    const after = makeTrust(bundled, { fetch, state })
    expect(await after.find()).toBe(KNOWN)
    await wait(86_400 - 7200)
    const late = after.find()
    await wait(11)
    expect(await late).toMatch(/^keys_unavailable /)
  })

  it('fetches a bundle that is about to expire before it does', async () => {
    const { fetch, server } = createKeyServer(await signBundle(root, { expires: NOW + 60 }))
    const { trust, find } = makeTrust(bundled, { fetch })
    await trust.ready()
    server.answer = await signBundle(root, { sequence: 2 })
    await wait(50)
    server.answer = failing
    await wait(20)
    expect(await find()).toBe(KNOWN)
  })

  it('goes on with the key set of the last run, for as long as that would have counted', async () => {
    const { fetch, server } = createKeyServer(GOOD)
    const { state } = createState()
    const before = makeTrust({}, { fetch, state })
    await before.trust.ready()
    before.trust.close()
    server.answer = failing
    await wait(3599)
    expect(await makeTrust({}, { fetch, state }).find()).toBe(KNOWN)
    await wait(2)
    const late = makeTrust({}, { fetch, state }).find()
    await wait(11)
    expect(await late).toBe('keys_unavailable status_500')
  })

  it('does not go on with a key set of which nobody knows how old it is', async () => {
    const { fetch, server } = createKeyServer(GOOD)
    const { state, texts } = createState()
    await makeTrust({}, { fetch, state }).trust.ready()
    texts.set(ISSUER, (texts.get(ISSUER) ?? '').replace(`"fetched_at":${NOW}`, `"fetched_at":${NOW + 60}`))
    server.answer = async () => new Response(null, { status: 404 })
    expect(await makeTrust({}, { fetch, state }).find()).toBe('keys_unavailable status_404')
  })

  it('does not go on with what was invalidated', async () => {
    const { fetch, server } = createKeyServer(GOOD)
    const { state } = createState()
    const { trust } = makeTrust({}, { fetch, state })
    await trust.ready()
    server.answer = async () => new Response(null, { status: 404 })
    await expect(trust.invalidate()).rejects.toThrow('status_404')
    expect(await makeTrust({}, { fetch, state }).find()).toBe('keys_unavailable status_404')
  })

  it.each([
    ['cannot be read', 'load'],
    ['is not a record', 'text'],
    ['is another issuer’s', 'other'],
  ])('finds nothing while what is remembered %s', async (_what, how) => {
    const { state, texts, broken } = createState()
    broken.load = how === 'load'
    if (how === 'text') texts.set(ISSUER, '{"version":1')
    if (how === 'other') texts.set(ISSUER, '{"version":1,"issuer":"https://other.example","revoked":[]}')
    const { fetch } = createKeyServer(GOOD)
    const { find, trust } = makeTrust({}, { fetch, state })
    expect(await find()).toBe('keys_unavailable state')
    await expect(trust.ready()).rejects.toThrow('https://anthropic.com cannot be had')
    // Put right while we run.
    broken.load = false
    texts.clear()
    expect(await find()).toBe(KNOWN)
  })

  it('is told when the next run could not be', async () => {
    const { state, broken } = createState()
    broken.save = true
    const { fetch } = createKeyServer(GOOD)
    const { find, events } = makeTrust({}, { fetch, state })
    expect(await find()).toBe(KNOWN)
    expect(events).toContainEqual({ type: 'key_fetch_failed', issuer: ISSUER, reason: 'state' })
  })
})

describe('a key that is revoked', () => {
  const listen = () => {
    const heard: RevokedIssuerKey[] = []
    return { heard, listener: (key: RevokedIssuerKey) => void heard.push(key) }
  }

  it.each([
    ['static keys', { keys: LINE.keys }],
    ['a key set', {}],
  ])('is out of %s at once, and after a restart', async (_what, line) => {
    const { fetch } = createKeyServer(GOOD)
    const { state } = createState()
    const { trust, find, events } = makeTrust(line, { fetch, state })
    expect(await find()).toBe(KNOWN)
    await trust.evict(ISSUER, KNOWN, 'key_compromise')
    await trust.evict(ISSUER, KNOWN, 'key_compromise')
    expect(await find()).toBe('invalid_token key_revoked')
    expect(await makeTrust(line, { fetch, state }).find()).toBe('invalid_token key_revoked')
    const told = { type: 'attestation_key_revoked', issuer: ISSUER, keyThumbprint: KNOWN, reason: 'key_compromise' }
    expect(events.filter(({ type }) => type === 'attestation_key_revoked')).toEqual([told])
  })

  it('is out before the disk has said so, and whoever revokes hears when the disk does not', async () => {
    const { state, broken } = createState()
    broken.save = true
    const { trust, find } = makeTrust({ keys: LINE.keys }, { state })
    await expect(trust.evict(ISSUER, KNOWN, 'key_compromise')).rejects.toThrow('the disk is full')
    expect(await find()).toBe('invalid_token key_revoked')
    await expect(trust.evict('https://stranger.example', KNOWN, 'x')).rejects.toThrow(TypeError)
  })

  it('is written once, however often it is told of', async () => {
    const { state } = createState()
    let writes = 0
    const counted: TrustState = {
      load: state.load,
      async save(issuer, text) {
        writes += 1
        await state.save(issuer, text)
      },
    }
    const { trust } = makeTrust({ keys: LINE.keys }, { state: counted })
    for (let time = 0; time < 10; time++) await trust.evict(ISSUER, KNOWN, 'key_compromise')
    expect(writes).toBe(1)
  })

  it('is remembered also where the disk takes longer for the one before', async () => {
    const { state, texts } = createState()
    let delay = 2
    const slow: TrustState = {
      load: state.load,
      async save(issuer, text) {
        delay -= 1
        await new Promise((resolve) => setTimeout(resolve, delay * 1000))
        await state.save(issuer, text)
      },
    }
    const { trust, find } = makeTrust({ keys: LINE.keys }, { state: slow })
    await find()
    const first = trust.evict(ISSUER, strangersKey.thumbprint, 'superseded')
    await wait(0.1)
    const second = trust.evict(ISSUER, KNOWN, 'key_compromise')
    await wait(5)
    await Promise.all([first, second])
    expect(texts.get(ISSUER)).toContain(KNOWN)
  })

  it('is told of to whoever listens: by a bundle, by hand, from before, and until nobody wants to know', async () => {
    const { fetch, server } = createKeyServer(await signBundle(root))
    const { state } = createState()
    const { trust } = makeTrust(bundled, { fetch, state })
    await trust.ready()
    const { heard, listener } = listen()
    const stop = trust.onRevoked(listener)
    await trust.evict(ISSUER, strangersKey.thumbprint, 'superseded')
    server.answer = await signBundle(root, withoutKey)
    await wait(301)
    const both = [
      { issuer: ISSUER, keyThumbprint: strangersKey.thumbprint, reason: 'superseded' },
      { issuer: ISSUER, keyThumbprint: KNOWN, reason: 'key_compromise' },
    ]
    expect(heard).toEqual(both)

    const late = listen()
    trust.onRevoked(late.listener)
    expect(late.heard).toEqual(both)

    const restarted = listen()
    const after = makeTrust(bundled, { fetch, state })
    after.trust.onRevoked(restarted.listener)
    await after.trust.ready()
    expect(restarted.heard).toEqual(both)

    stop()
    await trust.evict(ISSUER, 'A'.repeat(43), 'unspecified')
    expect(heard).toEqual(both)
  })

  it('is heard of also where nobody asks for keys', async () => {
    const { fetch } = createKeyServer(await signBundle(root, withoutKey))
    const { trust } = makeTrust(bundled, { fetch })
    const { heard, listener } = listen()
    trust.onRevoked(listener)
    await wait(301)
    expect(heard).toEqual([{ issuer: ISSUER, keyThumbprint: KNOWN, reason: 'key_compromise' }])
  })

  it('is heard of after a restart, before anything is fetched', async () => {
    const { fetch, server } = createKeyServer(GOOD)
    const { state } = createState()
    await makeTrust({}, { fetch, state }).trust.evict(ISSUER, KNOWN, 'key_compromise')
    const { heard, listener } = listen()
    makeTrust({}, { fetch, state }).trust.onRevoked(listener)
    await wait(0)
    expect(heard).toHaveLength(1)
    expect(server.asked).toEqual([])
  })

  it('stays revoked when two processes of one memory revoke different ones', async () => {
    const { state } = createState()
    const one = makeTrust({ keys: LINE.keys }, { state })
    const two = makeTrust({ keys: LINE.keys }, { state })
    await Promise.all([one.find(), two.find()])
    await one.trust.evict(ISSUER, KNOWN, 'key_compromise')
    await two.trust.evict(ISSUER, strangersKey.thumbprint, 'superseded')
    expect(await two.find(), 'heard of it when it wrote').toBe('invalid_token key_revoked')
    const third = listen()
    const after = makeTrust({ keys: LINE.keys }, { state })
    await after.trust.ready()
    after.trust.onRevoked(third.listener)
    expect(third.heard).toHaveLength(2)
  })
})

it('a trust list makes no connection before it is asked', async () => {
  const { fetch, server } = createKeyServer(GOOD)
  makeTrust({}, { fetch })
  await wait(7200)
  expect(server.asked).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
