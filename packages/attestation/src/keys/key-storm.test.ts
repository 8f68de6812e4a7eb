import { createRemoteJWKSet, customFetch } from 'jose'
import { describe, expect, it } from 'vitest'
import { issuerKey } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  deaf,
  failing,
  hanging,
  KEYS_URL,
  keySet,
  makeTrust,
  useFakeTime,
  wait,
} from '../testing/key-server.test-fixture.ts'

useFakeTime()

const GOOD = keySet({ k1: issuerKey.jwk })
const KNOWN = issuerKey.thumbprint

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
    const invented: Promise<string>[] = []
    for (let second = 0; second < 100; second++) {
      invented.push(...Array.from({ length: 100 }, (_, index) => find(`invented-${second}-${index}`)))
      const [good] = await Promise.all([find(), wait(1)])
      if (good !== KNOWN) wrong.push(good)
    }
    // Those that a fetch was made for wait while it is tried again, after pauses that are drawn.
    const [answers] = await Promise.all([Promise.all(invented), wait(60)])
    for (const answer of answers) if (answer !== 'invalid_token unknown_key') wrong.push(answer)
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
