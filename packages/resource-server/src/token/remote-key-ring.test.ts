import type { GuardEvent } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { createIssuer, start } from '../testing/issuer.test-fixture.ts'
import { FetchFailed } from './bounded-fetch.ts'
import { createKeySet, type KeySet } from './key-set.ts'
import { createRemoteKeyRing } from './remote-key-ring.ts'

const one = await createIssuer()
const two = await createIssuer({ kid: 'key-2' })
const setOf = (...issuers: readonly { publicJwk: object }[]): KeySet =>
  createKeySet(
    issuers.map(({ publicJwk }) => publicJwk),
    createFastVerifier(),
  )
const found = { ok: true, value: { algorithm: 'Ed25519' } }
const unknown = { ok: false, rejection: { code: 'invalid_token', reason: 'unknown_key' } }
const unavailable = { ok: false, rejection: { code: 'keys_unavailable' } }

/** A ring whose endpoint answers as the test says. */
function createRing(answer: () => Promise<KeySet>) {
  const state = { now: start, loads: 0, answer, events: [] as GuardEvent[] }
  const ring = createRemoteKeyRing({
    issuer: 'https://auth.example',
    load() {
      state.loads += 1
      return state.answer()
    },
    clock: () => state.now,
    events: (event) => state.events.push(event),
  })
  return { state, find: (kid: string | undefined) => ring.find(kid, 'Ed25519') }
}

const fail = async (): Promise<KeySet> => {
  throw new FetchFailed('status_500')
}

describe('the keys that an issuer publishes', () => {
  it('are fetched once for fifty who ask together, and again for nobody', async () => {
    const { state, find } = createRing(async () => setOf(one))
    expect(state.loads, 'before anybody asks').toBe(0)
    const answers = await Promise.all(Array.from({ length: 50 }, () => find('key-1')))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    await find('key-1')
    expect(state.loads).toBe(1)
  })

  it('are waited for by those who come while they are being fetched', async () => {
    const { promise, resolve } = Promise.withResolvers<KeySet>()
    const { state, find } = createRing(() => promise)
    const answers = [find('key-1'), find('key-1')]
    resolve(setOf(one))
    expect(await Promise.all(answers)).toMatchObject([found, found])
    expect(state.loads).toBe(1)
  })

  it('are fetched anew after five minutes, without making anybody wait', async () => {
    const { state, find } = createRing(async () => setOf(one))
    await find('key-1')
    const { promise, resolve } = Promise.withResolvers<KeySet>()
    state.answer = () => promise
    state.now = start + 299
    await find('key-1')
    expect(state.loads).toBe(1)
    state.now = start + 300
    expect(await find('key-1')).toMatchObject(found)
    expect(state.loads).toBe(2)
    resolve(setOf(two))
    await promise
    expect(await find('key-2')).toMatchObject(found)
    expect(await find('key-1'), 'withdrawn').toEqual(unknown)
    expect(state.loads).toBe(2)
  })

  it('are fetched anew when a token names one that is not known yet, but not within ten seconds', async () => {
    const { state, find } = createRing(async () => setOf(one))
    await find('key-1')
    state.answer = async () => setOf(one, two)
    state.now = start + 9.9
    expect(await find('key-2')).toEqual(unknown)
    state.now = start + 10
    expect(await find('key-2')).toMatchObject(found)
    expect(state.loads).toBe(2)
  })
})

describe('an issuer that cannot be reached', () => {
  it('makes its tokens unverifiable, not invalid, and is tried again after ten seconds', async () => {
    const { state, find } = createRing(fail)
    expect(await Promise.all([find('key-1'), find(undefined)])).toEqual([unavailable, unavailable])
    state.now = start + 9
    expect(await find('key-1')).toEqual(unavailable)
    expect(state.loads).toBe(1)
    state.now = start + 10
    state.answer = async () => setOf(one)
    expect(await find('key-1')).toMatchObject(found)
    expect(state.loads).toBe(2)
  })

  it('is lived without for an hour, and no longer', async () => {
    const { state, find } = createRing(async () => setOf(one))
    await find('key-1')
    state.answer = fail
    state.now = start + 3599.9
    expect(await find('key-1')).toMatchObject(found)
    state.now = start + 3600
    expect(await find('key-1')).toEqual(unavailable)
    state.now = start + 3700
    state.answer = async () => setOf(one)
    expect(await find('key-1')).toMatchObject(found)
  })

  it('is named in an event with a constant reason', async () => {
    const { state, find } = createRing(fail)
    await find('key-1')
    state.now = start + 10
    state.answer = async () => {
      throw new TypeError('text from somewhere else')
    }
    await find('key-1')
    expect(state.events).toEqual([
      { type: 'key_fetch_failed', issuer: 'https://auth.example', reason: 'status_500' },
      { type: 'key_fetch_failed', issuer: 'https://auth.example', reason: 'error' },
    ])
  })

  it('is given a rest after a fetch that itself took long', async () => {
    const { state, find } = createRing(async () => {
      state.now += 30
      return fail()
    })
    expect(await find('key-1')).toEqual(unavailable)
    expect(await find('key-1')).toEqual(unavailable)
    expect(state.loads).toBe(1)
  })
})

describe('a storm of tokens with invented key ids', () => {
  it('costs one fetch in ten seconds, and known keys go on verifying', async () => {
    const { state, find } = createRing(async () => setOf(one))
    await find('key-1')
    state.answer = fail
    for (let step = 0; step < 600; step++) {
      state.now += 0.1
      const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => find(`invented-${step}-${index}`)))
      expect(answers).toEqual(answers.map(() => unknown))
      expect(await find('key-1')).toMatchObject(found)
    }
    expect(state.loads).toBeLessThanOrEqual(1 + 6)
    expect(state.loads).toBeGreaterThan(1)
  })

  it('holds nobody up whose key is known, while the endpoint hangs', async () => {
    const { state, find } = createRing(async () => setOf(one))
    await find('key-1')
    state.now += 10
    const { promise, reject } = Promise.withResolvers<KeySet>()
    state.answer = () => promise
    const waiting = Array.from({ length: 50 }, (_, index) => find(`invented-${index}`))
    expect(await find('key-1')).toMatchObject(found)
    reject(new FetchFailed('timeout'))
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => unknown))
    expect(state.loads).toBe(2)
  })
})
