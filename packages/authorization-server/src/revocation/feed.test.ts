import { createFastVerifier } from '@countersign/core/node'
import { REVOCATION_FEED_ENTRIES, revocationKey } from '@countersign/core/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFeed } from '../../testing/token-inquiry.ts'
import { startWorld, type World } from '../../testing/world.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const now = () => Date.now() / 1000

describe('the revocation feed', () => {
  it('is public, and never kept by a cache', async () => {
    const response = await fetch(`${world.issuer}/revocations`)
    expect(response.status).toBe(200)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual({ epoch: expect.stringMatching(/^[\w-]{22}$/), sequence: 0, entries: [] })
    expect((await fetch(`${world.issuer}/revocations`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${world.issuer}/revocations`, { method: 'POST' })).status).toBe(405)
  })

  it('numbers revocations one by one, and names what they end by digests', async () => {
    await world.revoke({ client: 'agent' })
    await world.revoke({ subject: 'user-1' })
    await world.revoke({ token: 'some-jti' })
    const { entries, sequence } = await readFeed(world)
    const verifier = createFastVerifier()
    const keys = await Promise.all([
      revocationKey(verifier, 'client', world.issuer, 'agent'),
      revocationKey(verifier, 'subject', world.issuer, 'user-1'),
      revocationKey(verifier, 'token', world.issuer, 'some-jti'),
    ])
    expect(sequence).toBe(3)
    expect(entries.map((entry) => [entry.sequence, entry.key])).toEqual(keys.map((key, index) => [index + 1, key]))
    for (const { before, until } of entries) {
      expect(before).toBeGreaterThanOrEqual(Math.floor(now()))
      expect(until).toBeGreaterThan(now() + 3600)
    }
  })

  it('goes on after a number of the same epoch, and begins anew for anything else', async () => {
    for (const client of ['a', 'b', 'c']) await world.revoke({ client })
    const { epoch } = await readFeed(world)
    const numbers = async (query: string) => (await readFeed(world, query)).entries.map(({ sequence }) => sequence)
    expect(await numbers(`?after=2&epoch=${epoch}`)).toEqual([3])
    expect(await numbers(`?after=3&epoch=${epoch}`)).toEqual([])
    expect(await numbers(`?after=4&epoch=${epoch}`)).toEqual([1, 2, 3])
    expect(await numbers('?after=2&epoch=another')).toEqual([1, 2, 3])
    expect(await numbers('?after=2')).toEqual([1, 2, 3])
    expect(await numbers(`?epoch=${epoch}`)).toEqual([1, 2, 3])
  })

  it('refuses what is no number', async () => {
    const { epoch } = await readFeed(world)
    for (const query of ['after=-1', 'after=x', 'after=1e3', 'after=', 'after=9999999999999999', 'after=1&after=2']) {
      expect((await fetch(`${world.issuer}/revocations?${query}&epoch=${epoch}`)).status, query).toBe(400)
    }
    expect((await fetch(`${world.issuer}/revocations?epoch=a&epoch=b`)).status).toBe(400)
  })

  it('is the same after a restart, and from another process', async () => {
    await world.revoke({ client: 'agent' })
    const before = await readFeed(world)
    await world.restart()
    expect(await readFeed(world)).toEqual(before)
    const twin = await world.startTwin()
    await world.revoke({ client: 'desktop' })
    expect(await readFeed({ ...world, issuer: twin })).toEqual(await readFeed(world))
  })

  it('forgets what no live token can still need, and gives no number twice', async () => {
    await world.revoke({ client: 'agent' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_800_000 })
    expect(await readFeed(world)).toMatchObject({ sequence: 1, entries: [] })
    await world.revoke({ client: 'agent' })
    await world.revoke({ client: 'desktop' })
    expect((await readFeed(world)).entries.map(({ sequence }) => sequence)).toEqual([2, 3])
  })

  it('is cut into answers that can be read one after the other', async () => {
    for (let index = 0; index < REVOCATION_FEED_ENTRIES + 5; index++) await world.revoke({ token: `jti-${index}` })
    const first = await readFeed(world)
    expect(first).toMatchObject({ more: true, sequence: REVOCATION_FEED_ENTRIES + 5 })
    expect(first.entries).toHaveLength(REVOCATION_FEED_ENTRIES)
    const rest = await readFeed(world, `?after=${first.entries.at(-1)?.sequence}&epoch=${first.epoch}`)
    expect(rest.more).toBeUndefined()
    expect(rest.entries.map(({ sequence }) => sequence - REVOCATION_FEED_ENTRIES)).toEqual([1, 2, 3, 4, 5])
  })
})
