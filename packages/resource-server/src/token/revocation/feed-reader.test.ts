import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { start } from '../../testing/issuer.test-fixture.ts'
import { createTestFeed } from '../../testing/revocation-feed.test-fixture.ts'
import { useServedIssuer } from '../../testing/served-issuer.test-fixture.ts'
import { createFeedReader } from './feed-reader.ts'
import { createRevocationList } from './revocation-list.ts'

const { origin, answers, asked } = useServedIssuer()
const never = new AbortController().signal
const queries = () => asked.map(({ url }) => url.split('?')[1])

/** A reader of the served feed. */
function createReader() {
  const list = createRevocationList()
  const reader = createFeedReader(fetch, () => start)
  return { list, reader, read: () => reader.read(`${origin()}/revocations`, list, never) }
}
const digest = (index: number) => Buffer.alloc(32, index).toString('base64url')
const entry = (sequence: number) => ({ sequence, key: digest(sequence), before: start, until: start + 300 })
const failed = (reason: string) => expect.objectContaining({ name: 'FetchFailed', reason })

describe('reading a revocation feed', () => {
  it('goes on from where it was left, and says as of when that is all', async () => {
    const feed = createTestFeed()
    answers.set('/revocations', feed.answer)
    const { list, reader, read } = createReader()
    expect(await read()).toBe(start)
    await feed.revoke('token', 'token-1')
    await feed.revoke('client', 'agent-1')
    await read()
    await feed.revoke('subject', 'user-1')
    await read()
    await read()
    expect(queries()).toEqual(['after=0', 'after=0&epoch=epoch-1', 'after=2&epoch=epoch-1', 'after=3&epoch=epoch-1'])
    expect([list.size, reader.entriesRead]).toEqual([3, 3])
  })

  it('takes page after page where there is more', async () => {
    const feed = createTestFeed()
    feed.pageLength = 2
    for (let index = 0; index < 5; index++) await feed.revoke('token', `token-${index}`)
    answers.set('/revocations', feed.answer)
    const { list, read } = createReader()
    await read()
    expect(list.size).toBe(5)
    expect(queries()).toEqual(['after=0', 'after=2&epoch=epoch-1', 'after=4&epoch=epoch-1'])
  })

  it('begins anew under another epoch, and forgets nothing of the old one', async () => {
    const feed = createTestFeed()
    for (let index = 0; index < 3; index++) await feed.revoke('token', `token-${index}`)
    answers.set('/revocations', feed.answer)
    const { list, read } = createReader()
    await read()
    feed.reset('epoch-2')
    for (let index = 3; index < 8; index++) await feed.revoke('token', `token-${index}`)
    await read()
    await feed.revoke('token', 'token-8')
    await read()
    expect(list.size).toBe(9)
    expect(queries()).toEqual(['after=0', 'after=3&epoch=epoch-1', 'after=5&epoch=epoch-2'])
  })

  it('begins anew where the numbers do, though the epoch is the same', async () => {
    answers.set('/revocations', { epoch: 'e', sequence: 7, entries: [entry(7)] })
    const { list, read } = createReader()
    await read()
    answers.set('/revocations', { epoch: 'e', sequence: 2, entries: [entry(1), entry(2)] })
    await read()
    expect(queries()).toEqual(['after=0', 'after=7&epoch=e', 'after=0&epoch=e'])
    expect(list.size).toBe(3)
  })

  it('keeps a query that the configured address has', async () => {
    answers.set('/revocations', createTestFeed().answer)
    await createFeedReader(fetch, () => start).read(`${origin()}/revocations?tenant=1`, createRevocationList(), never)
    expect(queries()).toEqual(['tenant=1&after=0'])
  })
})

describe('a feed that is none', () => {
  it.each<[unknown, string]>([
    [{}, 'feed_epoch'],
    [{ epoch: 'e', sequence: '1', entries: [] }, 'feed_sequence'],
    [{ epoch: 'e', sequence: 1, entries: {} }, 'feed_entries'],
    [{ epoch: 'e', sequence: 1, entries: [{ ...entry(1), key: 'short' }] }, 'feed_entry'],
    [{ epoch: 'e', sequence: 2, entries: [entry(2), entry(1)] }, 'feed_order'],
    [{ epoch: 'e', sequence: 1, entries: [], more: true }, 'feed_more'],
    [{ epoch: 'e', sequence: 1, entries: Array(1001).fill(entry(1)) }, 'feed_entries'],
  ])('is not read: %#', async (answer, reason) => {
    answers.set('/revocations', answer as object)
    const { list, read } = createReader()
    await expect(read()).rejects.toEqual(failed(reason))
    expect(list.size).toBe(0)
  })

  it('is given up where it promises more and brings nothing new', async () => {
    answers.set('/revocations', { epoch: 'e', sequence: 9, entries: [entry(1)], more: true })
    await expect(createReader().read()).rejects.toEqual(failed('feed_order'))
    expect(asked).toHaveLength(2)
  })

  it('is given up where its epoch changes with every answer', async () => {
    let epoch = 0
    answers.set('/revocations', (response) => {
      response.end(JSON.stringify({ epoch: `e${epoch++}`, sequence: 9, entries: [entry(1)], more: true }))
    })
    await expect(createReader().read()).rejects.toEqual(failed('feed_pages'))
    expect(asked).toHaveLength(200)
  })

  it('is not held beyond a hundred thousand entries', async () => {
    let sequence = 0
    answers.set('/revocations', (response) => {
      const entries = Array.from({ length: 1000 }, () => {
        const key = Buffer.alloc(32)
        key.writeUInt32BE(++sequence)
        return { ...entry(sequence), key: key.toString('base64url') }
      })
      response.end(JSON.stringify({ epoch: 'e', sequence: 10_000_000, entries, more: true }))
    })
    const { list, read } = createReader()
    await expect(read()).rejects.toEqual(failed('feed_size'))
    await expect(read()).rejects.toEqual(failed('feed_size'))
    expect(list.size).toBe(100_000)
  })

  it('may be any JSON: it is refused in bounded time, and nobody is revoked by it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        answers.set('/revocations', JSON.stringify(value))
        const { list, read } = createReader()
        const ended = await read().then(
          () => 'read',
          (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
        )
        return ended === 'FetchFailed' && list.size === 0
      }),
      { numRuns: 50 },
    )
  })
})
