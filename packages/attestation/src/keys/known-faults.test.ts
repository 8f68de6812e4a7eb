/** Faults that earlier implementations of this protocol had in their handling of keys; each is shown first, then what is. */
import { describe, expect, it } from 'vitest'
import { ISSUER, issuerKey, strangersKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  createState,
  failing,
  hanging,
  KEYS_URL,
  keySet,
  makeTrust,
  useFakeTime,
  wait,
} from '../testing/key-server.test-fixture.ts'
import { defaultFetchingPolicy } from './fetching-policy.ts'
import type { KeySource } from './remote-source.ts'

useFakeTime()

const GOOD = keySet({ k1: issuerKey.jwk })
const ROTATED = keySet({ k1: issuerKey.jwk, k2: strangersKey.jwk })

/** A cache as it was usually built: by the issuer, for a time, and asked again when it is empty. */
function createNaiveCache(fetcher: typeof fetch, url = KEYS_URL) {
  let held: { keys: { kid?: string }[]; until: number } | undefined
  return async (kid: string): Promise<boolean> => {
    if (held === undefined || Date.now() >= held.until) {
      const { keys } = await (await fetcher(url)).json()
      held = { keys, until: Date.now() + 3_600_000 }
    }
    return held.keys.some((key) => key.kid === kid)
  }
}

describe('HTTPS was not enforced where keys come from', () => {
  const plain = 'http://keys.anthropic.com/keys'

  it('so a key set over plain http was as good as any', async () => {
    const { fetch } = createKeyServer(GOOD)
    expect(await createNaiveCache(fetch, plain)('k1')).toBe(true)
  })

  it.each([
    [{ jwksUri: plain }],
    [{ spiffeBundle: { url: plain } }],
    [{ bundle: { url: plain, root: issuerKey.jwk } }],
    [{ jwksUri: 'file:///etc/keys.json' }],
    [{ jwksUri: 'data:application/json,{"keys":[]}' }],
  ] satisfies [KeySource][])('now no trust list is made with %j', (keys) => {
    expect(() => makeTrust({ keys })).toThrow(/https/)
  })

  it('and plain http on this very machine is still of use', () => {
    expect(() => makeTrust({ keys: { jwksUri: 'http://127.0.0.1:8403/keys' } })).not.toThrow()
  })
})

describe('there was no single flight', () => {
  it('so everybody fetched who came before the first answer', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const naive = createNaiveCache(fetch)
    await Promise.all(Array.from({ length: 50 }, () => naive('k1')))
    expect(server.asked.length).toBe(50)
  })

  it('now they share one', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await Promise.all(Array.from({ length: 50 }, () => find()))
    expect(server.asked.length).toBe(1)
  })
})

describe('an unknown key id was not looked for again', () => {
  it('so a rotated key was refused for as long as the old set was kept', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const naive = createNaiveCache(fetch)
    await naive('k1')
    server.answer = ROTATED
    expect(await naive('k2')).toBe(false)
  })

  it('now its set is fetched at once', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    server.answer = ROTATED
    expect(await find('k2')).toBe(strangersKey.thumbprint)
  })
})

describe('keys were dropped when their time was over, and then fetched', () => {
  it('so the first outage after an hour refused everybody at once', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const naive = createNaiveCache(fetch)
    await naive('k1')
    server.answer = failing
    await wait(3600)
    await expect(naive('k1')).rejects.toThrow()
  })

  it('now they are fetched ahead of it, and an outage has to last for the rest of the hour', async () => {
    const { server, fetch } = createKeyServer(GOOD)
    const { find } = makeTrust({}, { fetch })
    await find()
    await wait(3000)
    server.answer = failing
    await wait(3000)
    expect(await find()).toBe(issuerKey.thumbprint)
  })
})

describe('keys outlived the repair of a key server', () => {
  it('and only somebody who knew could have them dropped, one process at a time', async () => {
    const { server, fetch } = createKeyServer(ROTATED)
    const naive = createNaiveCache(fetch)
    await naive('k2')
    server.answer = GOOD
    await wait(3599)
    expect(await naive('k2')).toBe(true)
  })

  it('now they are gone within minutes, and a revoked one in every process of one memory, for good', async () => {
    const { server, fetch } = createKeyServer(ROTATED)
    const { state } = createState()
    const one = makeTrust({}, { fetch, state })
    const two = makeTrust({}, { fetch, state })
    await Promise.all([one.find(), two.find()])
    await one.trust.evict(ISSUER, strangersKey.thumbprint, 'key_compromise')
    await wait(301)
    expect(await two.find('k2')).toBe('invalid_token key_revoked')
    server.answer = GOOD
    await wait(301)
    expect(await one.find('k2')).toBe('invalid_token unknown_key')
  })
})

describe('metrics were never called', () => {
  it('now every fetch, failure, breaker and revocation is told', async () => {
    const { server, fetch } = createKeyServer(hanging)
    const { trust, events } = makeTrust(
      {},
      { fetch, fetching: { timeout: 1, breakerFailures: 2, fetchesPerMinute: 60 } },
    )
    const ready = trust.ready().catch(String)
    await wait(30)
    expect(await ready).toMatch(/breaker_open|timeout/)
    server.answer = GOOD
    await wait(60)
    await trust.evict(ISSUER, issuerKey.thumbprint, 'key_compromise')
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        'key_fetch_failed',
        'key_breaker_opened',
        'key_fetched',
        'key_breaker_closed',
        'attestation_key_revoked',
      ]),
    )
  })
})

describe('a look-alike was never tried', () => {
  it('now anthroplc.com is a stranger, and known for whose name it borrows', () => {
    const { trust } = makeTrust({ issuer: 'https://anthropic.com' })
    expect(trust.find('https://anthroplc.com')).toBeUndefined()
    expect(trust.findLookAlike('https://anthroplc.com')).toEqual({ issuer: 'https://anthropic.com', how: 'confusable' })
  })
})

it('the seed’s own settings are the defaults', () => {
  expect(defaultFetchingPolicy).toMatchObject({
    ttl: 3600,
    timeout: 10,
    retries: 3,
    breakerFailures: 5,
    breakerRest: 30,
  })
})
