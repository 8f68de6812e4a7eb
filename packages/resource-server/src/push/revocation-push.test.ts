import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestChannel, type TestChannel } from '../testing/channel.test-fixture.ts'
import { createTestFetch } from '../testing/feed-fetch.test-fixture.ts'
import { createTestFeed } from '../testing/revocation-feed.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'

const issuer = 'https://auth.example'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

async function setUp(channel?: TestChannel) {
  const feed = createTestFeed()
  const { fetch, asked } = createTestFetch(feed)
  const scene = await createScene({
    fetch,
    issuerTrust: { revocationFeed: `${issuer}/revocations` },
    ...(channel !== undefined && { channel }),
  })
  return { feed, asked, scene }
}

async function outcome(scene: Scene, token: string): Promise<number> {
  const answer = await scene.guard.check(await scene.request({ token }))
  return answer instanceof Response ? answer.status : 200
}

/** Lets the reading begin, and end. */
async function pass(milliseconds = 100): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

describe('a token that was revoked a moment ago', () => {
  it('is good until the feed is read again, where nobody tells', async () => {
    const { feed, scene } = await setUp()
    const token = await scene.token()
    expect(await outcome(scene, token)).toBe(200)
    await feed.revoke('token', 'token-1')
    await pass()
    expect(await outcome(scene, token)).toBe(200)
  })

  it('is good for nothing within a tenth of a second, where its issuer tells', async () => {
    const channel = createTestChannel()
    const { feed, scene } = await setUp(channel)
    const token = await scene.token()
    expect(await outcome(scene, token)).toBe(200)
    await feed.revoke('token', 'token-1')
    await channel.publish('revocations', issuer)
    await pass()
    expect(await outcome(scene, token)).toBe(401)
  })
})

describe('the word that something was revoked', () => {
  it('makes for one reading, however often it comes at once', async () => {
    const channel = createTestChannel()
    const { asked, scene } = await setUp(channel)
    await outcome(scene, await scene.token())
    const before = asked.length
    for (let time = 0; time < 50; time++) await channel.publish('revocations', issuer)
    await pass()
    expect(asked.length - before).toBe(1)
  })

  it('makes for two readings a second, however much of it somebody makes up', async () => {
    const channel = createTestChannel()
    const { asked, scene } = await setUp(channel)
    await outcome(scene, await scene.token())
    const before = asked.length
    for (let time = 0; time < 150; time++) {
      await channel.publish('revocations', issuer)
      await pass(20)
    }
    expect(asked.length - before).toBeLessThanOrEqual(7)
    expect(asked.length - before).toBeGreaterThanOrEqual(5)
  })

  it('makes for one more, where it comes while somebody is reading', async () => {
    const channel = createTestChannel()
    const { feed, asked, scene } = await setUp(channel)
    const token = await scene.token()
    await outcome(scene, token)
    let release: () => void = () => undefined
    asked.next = () => new Promise<void>((resolve) => (release = resolve))
    await channel.publish('revocations', issuer)
    await pass()
    await feed.revoke('token', 'token-1')
    await channel.publish('revocations', issuer)
    await pass(600)
    release()
    await pass()
    expect(await outcome(scene, token)).toBe(401)
  })

  it('means nothing of an issuer that is not trusted', async () => {
    const channel = createTestChannel()
    const { asked } = await setUp(channel)
    for (const message of ['https://evil.example', '', '__proto__', 'x'.repeat(10_000)]) {
      await channel.publish('revocations', message)
    }
    await pass()
    expect(asked).toHaveLength(0)
  })
})
