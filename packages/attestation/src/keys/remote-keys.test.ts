import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { issuerKey, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  failing,
  hanging,
  keySet,
  makeTrust,
  useFakeTime,
  wait,
} from '../testing/key-server.test-fixture.ts'

useFakeTime()

const GOOD = keySet({ k1: issuerKey.jwk })
const KNOWN = issuerKey.thumbprint

it('a server that starts and those who ask already share one fetch', async () => {
  const { server, fetch } = createKeyServer(GOOD)
  const { trust, find } = makeTrust({}, { fetch })
  await Promise.all([find(), trust.ready(), find(), trust.ready()])
  expect(server.asked.length).toBe(1)
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

  it(`${verifies('RFC7517-5-1')} pass over what is not for signing, and what no verifier takes`, async () => {
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
