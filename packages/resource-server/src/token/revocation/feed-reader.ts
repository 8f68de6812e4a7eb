/** Reads a revocation feed from where it was left: page by page, from the start again under another epoch. */
import type { Clock } from '@countersign/core'
import { type RevocationFeed as FeedPage, parseRevocationFeed } from '@countersign/core/wire'
import { FetchFailed, fetchJsonObject } from '../bounded-fetch.ts'
import type { RevocationList } from './revocation-list.ts'

/** Answers to one reading. */
const maxPages = 200
/** More revocations than this at once are not held: nobody could say then what was revoked. */
const maxEntries = 100_000

/** Remembers how far one feed was read. */
export interface FeedReader {
  /** How many entries came in so far. */
  readonly entriesRead: number
  /**
   * Adds what is new to the list; yields the time as of which that is all, NumericDate. Rejects with `FetchFailed`;
   * the list may have grown by then, and the next reading goes on from there.
   */
  read(endpoint: string, list: RevocationList, signal: AbortSignal): Promise<number>
}

/** A reader that begins at the start. */
export function createFeedReader(fetcher: typeof fetch, clock: Clock): FeedReader {
  let epoch: string | undefined
  let sequence = 0
  let entriesRead = 0

  async function fetchPage(endpoint: string, signal: AbortSignal): Promise<FeedPage> {
    const url = new URL(endpoint)
    url.searchParams.set('after', String(sequence))
    if (epoch !== undefined) url.searchParams.set('epoch', epoch)
    const page = parseRevocationFeed(await fetchJsonObject(url.href, fetcher, { signal }))
    if (!page.ok) throw new FetchFailed(`feed_${page.reason}`)
    return page.value
  }

  /** False when the numbers begin anew, and it has to be asked for from there. */
  function goOn(page: FeedPage): boolean {
    if (page.epoch !== epoch) {
      // The answer begins at the start by itself. What was revoked under the old epoch stays so: a database that was
      // put back may have forgotten it.
      epoch = page.epoch
      sequence = 0
    } else if (page.sequence < sequence) {
      sequence = 0
      return false
    }
    return true
  }

  function take(page: FeedPage, list: RevocationList): void {
    const last = page.entries.at(-1)?.sequence ?? 0
    if (page.more && last <= sequence) throw new FetchFailed('feed_order')
    if (list.size + page.entries.length > maxEntries) throw new FetchFailed('feed_size')
    list.add(page.entries)
    entriesRead += page.entries.length
    sequence = page.more ? last : page.sequence
  }

  return {
    get entriesRead() {
      return entriesRead
    },
    async read(endpoint, list, signal) {
      for (let pages = 0; pages < maxPages; pages++) {
        const askedAt = clock()
        const page = await fetchPage(endpoint, signal)
        if (!goOn(page)) continue
        take(page, list)
        if (!page.more) return askedAt
      }
      throw new FetchFailed('feed_pages')
    },
  }
}
