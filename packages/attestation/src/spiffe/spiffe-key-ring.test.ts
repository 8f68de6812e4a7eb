import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { ISSUER, issuerKey, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  createState,
  makeTrust,
  useFakeTime,
  verifier,
  wait,
} from '../testing/key-server.test-fixture.ts'
import { createSpiffeKeyRing } from './spiffe-key-ring.ts'

useFakeTime()

const URL_OF_BUNDLE = 'https://bundle.example.org/'
const svidKey = { ...issuerKey.jwk, kid: 'k1', use: 'jwt-svid' }
const bundle = (members: object = {}, keys: readonly object[] = [svidKey]): string =>
  JSON.stringify({ keys, spiffe_sequence: 5, ...members })

function setUp(answer: string, options: object = {}) {
  const { server, fetch } = createKeyServer(answer)
  const ring = createSpiffeKeyRing({ trustDomain: 'example.org', url: URL_OF_BUNDLE, verifier, fetch, ...options })
  /** `null` names no key. */
  const find = async (kid: string | null = 'k1'): Promise<string> => {
    const key = await ring.find(kid ?? undefined, 'Ed25519')
    return key.ok ? key.value.thumbprint : [key.rejection.code, key.rejection.reason].join(' ')
  }
  return { server, ring, find }
}

describe('a SPIFFE bundle', () => {
  it(`${verifies('SPIFFE-BUNDLE-4.2-1')} gives its keys for JWT-SVIDs, and no others`, async () => {
    const others = [
      { ...strangersKey.jwk, kid: 'k2', use: 'x509-svid' },
      { ...strangersKey.jwk, kid: 'k3' },
      { ...strangersKey.jwk, kid: 'k4', use: 'sig' },
      { ...strangersKey.jwk, use: 'jwt-svid' },
    ]
    const { find, ring } = setUp(bundle({}, [svidKey, ...others]))
    await ring.ready()
    expect(await find()).toBe(issuerKey.thumbprint)
    for (const kid of ['k2', 'k3', 'k4']) expect(await find(kid)).toBe('invalid_token unknown_key')
    // A name that is left out means the only key, and the one without a name is none.
    expect(await find(null)).toBe(issuerKey.thumbprint)
  })

  it('without keys takes them all back', async () => {
    const { find, server } = setUp(bundle())
    await find()
    server.answer = bundle({ spiffe_sequence: 6 }, [])
    await wait(301)
    expect(await find()).toBe('invalid_token unknown_key')
  })

  it('is fetched as often as it hints', async () => {
    const { find, server } = setUp(bundle({ spiffe_refresh_hint: 20 }))
    await find()
    await wait(100)
    expect(server.asked.length).toBeGreaterThanOrEqual(5)
    server.answer = bundle({ spiffe_refresh_hint: 1_000_000 })
    await wait(21)
    const before = server.asked.length
    await wait(3601)
    expect(server.asked.length, 'but before it is too old to count').toBe(before + 1)
  })

  it('with a lower number than one that was seen is an older one, also after a restart', async () => {
    const { state } = createState()
    const { find, server } = setUp(bundle({}, []), { state })
    expect(await find()).toBe('invalid_token unknown_key')
    server.answer = bundle({ spiffe_sequence: 4 })
    await wait(301)
    expect(await find()).toBe('invalid_token unknown_key')
    await wait(7200)
    const restarted = setUp(bundle({ spiffe_sequence: 4 }), { state })
    expect(await restarted.find()).toBe('keys_unavailable bundle_rollback')
    const { find: findNow, server: healed, ring } = setUp(bundle(), { state })
    expect(await findNow()).toBe(issuerKey.thumbprint)
    // The number is remembered also where the bundle is not.
    healed.answer = bundle({ spiffe_sequence: 4 })
    await expect(ring.invalidate()).rejects.toThrow('bundle_rollback')
    expect(await setUp(bundle({ spiffe_sequence: 4 }), { state }).find()).toBe('keys_unavailable bundle_rollback')
  })

  it.each([
    ['no JSON', 'bundle'],
    ['a list', '[]'],
    ['no keys', '{"spiffe_sequence":1}'],
    ['a number that is none', bundle({ spiffe_sequence: '5' })],
    ['a number with a fraction', bundle({ spiffe_sequence: 1.5 })],
    ['a hint below nothing', bundle({ spiffe_refresh_hint: -1 })],
  ])('that is %s is not taken', async (_what, answer) => {
    const { find, ring } = setUp(answer)
    expect(await find()).toBe('keys_unavailable bundle_invalid')
    await expect(ring.ready()).rejects.toThrow()
  })

  it('is fetched for a trust domain, from a place that keys may come from', () => {
    expect(() => setUp('', { trustDomain: 'spiffe://example.org' })).toThrow(/trustDomain/)
    expect(() => setUp('', { url: 'http://bundle.example.org' })).toThrow(/spiffe:\/\/example\.org.*https/)
  })

  it('serves as the keys of an attestation issuer', async () => {
    const { fetch } = createKeyServer(bundle())
    const { find, trust } = makeTrust({ keys: { spiffeBundle: { url: URL_OF_BUNDLE } } }, { fetch })
    expect(await find()).toBe(issuerKey.thumbprint)
    await trust.evict(ISSUER, issuerKey.thumbprint, 'key_compromise')
    expect(await find()).toBe('invalid_token key_revoked')
  })
})
