import type { GuardEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { start } from '../../testing/issuer.test-fixture.ts'
import { FetchFailed } from '../bounded-fetch.ts'
import { createRevocationFeed, type FeedLocation } from './revocation-feed.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A feed whose readings are the test's, on a clock that the test moves. */
function createScene({ timeoutMs, location }: { timeoutMs?: number; location?: FeedLocation } = {}) {
  const events: GuardEvent[] = []
  const scene = {
    now: start,
    readings: 0,
    entriesRead: 0,
    changes: 0,
    events,
    reading: async (): Promise<void> => undefined,
  }
  const feed = createRevocationFeed({
    issuer: 'https://auth.example',
    location: location ?? { state: () => 'known', find: async () => 'https://auth.example/revocations' },
    reader: {
      get entriesRead() {
        return scene.entriesRead
      },
      async read() {
        const at = scene.now
        scene.readings++
        await scene.reading()
        return at
      },
    },
    clock: () => scene.now,
    events: (event) => events.push(event),
    onChange: () => scene.changes++,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  return Object.assign(scene, { feed, consult: () => feed.consult() })
}
const fail = () => Promise.reject(new FetchFailed('status_500'))

describe('a revocation feed', () => {
  it('is waited for by the first calls, all of them together', async () => {
    const scene = createScene()
    const consulted = Array.from({ length: 20 }, scene.consult)
    expect(consulted.every((answer) => answer instanceof Promise)).toBe(true)
    expect(await Promise.all(consulted)).toEqual(consulted.map(() => true))
    expect(scene.readings).toBe(1)
  })

  it('is not read by calls of the same second, in the background by those of the next, and waited for after two', async () => {
    const scene = createScene()
    await scene.consult()
    scene.now = start + 1
    expect(scene.consult()).toBe(true)
    expect(scene.readings).toBe(1)
    scene.now = start + 1.1
    expect(scene.consult()).toBe(true)
    await settle()
    expect(scene.readings).toBe(2)
    scene.now = start + 3.2
    const consulted = scene.consult()
    expect(consulted).toBeInstanceOf(Promise)
    expect(await consulted).toBe(true)
    expect(scene.readings).toBe(3)
  })

  it('is as good as never read when the clock was set back', async () => {
    const scene = createScene()
    await scene.consult()
    scene.now = start - 3600
    expect(scene.consult()).toBeInstanceOf(Promise)
  })

  it('tells of entries that came in, also when the reading broke off', async () => {
    const scene = createScene()
    await scene.consult()
    expect(scene.changes).toBe(0)
    scene.now += 3
    scene.reading = async () => {
      scene.entriesRead++
      return fail()
    }
    await scene.consult()
    expect(scene.changes).toBe(1)
  })

  it('forgets what is over, every half minute', async () => {
    const scene = createScene()
    await scene.consult()
    scene.feed.list.add([{ sequence: 1, key: 'key', before: start, until: start + 20 }])
    scene.now = start + 25
    await scene.consult()
    expect(scene.feed.list.size).toBe(1)
    scene.now = start + 31
    await scene.consult()
    expect(scene.feed.list.size).toBe(0)
  })
})

describe('a feed that cannot be read', () => {
  it('serves for thirty seconds after it was last read, and makes only the first call wait', async () => {
    const scene = createScene()
    await scene.consult()
    scene.reading = fail
    scene.now = start + 2.1
    expect(await scene.consult()).toBe(true)
    for (scene.now = start + 3; scene.now <= start + 30; scene.now++) {
      expect(scene.consult()).toBe(true)
      await settle()
    }
    expect(scene.now).toBe(start + 31)
    expect(await scene.consult()).toBe(false)
  })

  it('is tried once a second, however many ask', async () => {
    const scene = createScene()
    scene.reading = fail
    for (let step = 0; step < 50; step++) {
      expect(await Promise.all(Array.from({ length: 5 }, scene.consult))).toEqual(Array(5).fill(false))
      scene.now += 0.1
    }
    expect(scene.readings).toBe(5)
  })

  it('serves again with the first call after it came back, however long that took', async () => {
    const scene = createScene()
    await scene.consult()
    scene.reading = fail
    scene.now += 600
    expect(await scene.consult()).toBe(false)
    scene.reading = async () => undefined
    scene.now += 600
    expect(await scene.consult()).toBe(true)
  })

  it('that hangs is waited for so long and no longer', async () => {
    const scene = createScene({ timeoutMs: 20 })
    scene.reading = () => new Promise(() => undefined)
    expect(await scene.consult()).toBe(false)
    expect(scene.events).toMatchObject([{ reason: 'timeout' }])
  })

  it('is named in an event with a constant reason', async () => {
    const scene = createScene()
    scene.reading = fail
    await scene.consult()
    scene.now += 1
    scene.reading = () => Promise.reject(new TypeError('text from somewhere else'))
    await scene.consult()
    expect(scene.events).toEqual([
      { type: 'revocation_feed_failed', issuer: 'https://auth.example', reason: 'status_500' },
      { type: 'revocation_feed_failed', issuer: 'https://auth.example', reason: 'error' },
    ])
  })
})

describe('an issuer of which nobody knows whether it has a feed', () => {
  it('is found out about first; without that nobody can say', async () => {
    let state: 'unknown' | 'none' = 'unknown'
    const location: FeedLocation = {
      state: () => state,
      async find() {
        throw new FetchFailed('connection')
      },
    }
    const scene = createScene({ location })
    expect(await scene.consult()).toBe(false)
    state = 'none'
    expect(scene.consult()).toBe(true)
    scene.now += 600
    expect(scene.consult()).toBe(true)
    expect(scene.readings).toBe(0)
  })

  it('and turns out to have none: calls go on', async () => {
    let state: 'unknown' | 'none' = 'unknown'
    const location: FeedLocation = {
      state: () => state,
      async find() {
        state = 'none'
        return undefined
      },
    }
    const scene = createScene({ location })
    expect(await scene.consult()).toBe(true)
    expect([scene.consult(), scene.consult()]).toEqual([true, true])
    expect([scene.readings, scene.feed.isInUse(), scene.feed.isMissing()]).toEqual([0, false, true])
  })
})
