/** A fetch that reaches one revocation feed and nothing else, without a socket. */
import type { TestFeed } from './revocation-feed.test-fixture.ts'

/** The URLs that were asked for. */
export interface Asked extends Array<string> {
  /** What the next answer, which is made by then, waits for on its way back. */
  next?: () => Promise<void>
}

/** Answers as the feed would at the moment in which it is asked. */
export function createTestFetch(feed: TestFeed): { readonly fetch: typeof fetch; readonly asked: Asked } {
  const asked: Asked = []
  return {
    asked,
    async fetch(input) {
      const url = String(input)
      asked.push(url)
      const text = answerOf(feed, url)
      const { next } = asked
      delete asked.next
      await next?.()
      return new Response(text, { headers: { 'content-type': 'application/json' } })
    },
  }
}

function answerOf(feed: TestFeed, url: string): string {
  const after = Number(new URL(url).searchParams.get('after'))
  const entries = feed.entries.filter(({ sequence }) => sequence > after)
  return JSON.stringify({ epoch: feed.epoch, sequence: feed.entries.length, entries })
}
