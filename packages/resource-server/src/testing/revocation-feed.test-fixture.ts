/** The revocation feed of an issuer, as an authorization server keeps it. */
import { createFastVerifier } from '@countersign/core/node'
import { type RevocationEntry, type RevocationKind, revocationKey } from '@countersign/core/wire'
import { start } from './issuer.test-fixture.ts'
import type { Answer } from './served-issuer.test-fixture.ts'

const verifier = createFastVerifier()

/** A feed that the test writes. */
export interface TestFeed {
  epoch: string
  readonly entries: RevocationEntry[]
  /** How many entries one answer holds. */
  pageLength: number
  /** Adds an entry for what was issued until `before`, NumericDate. */
  revoke(kind: RevocationKind, id: string, before?: number): Promise<void>
  /** Forgets everything, and counts from the start again. */
  reset(epoch: string): void
  /** Answers a request for the feed. */
  readonly answer: Answer
}

/** An empty feed of an issuer. */
export function createTestFeed(issuer = 'https://auth.example'): TestFeed {
  const feed: TestFeed = {
    epoch: 'epoch-1',
    entries: [],
    pageLength: 1000,
    async revoke(kind, id, before = start + 1) {
      const sequence = feed.entries.length + 1
      const key = await revocationKey(verifier, kind, issuer, id)
      feed.entries.push({ sequence, key, before, until: start + 3600 })
    },
    reset(epoch) {
      feed.epoch = epoch
      feed.entries.length = 0
    },
    answer(response, { url }) {
      const { searchParams } = new URL(url, 'http://feed')
      const after = searchParams.get('epoch') === feed.epoch ? Number(searchParams.get('after')) : 0
      const left = feed.entries.filter(({ sequence }) => sequence > after)
      const entries = left.slice(0, feed.pageLength)
      const more = left.length > entries.length ? { more: true } : {}
      response.end(JSON.stringify({ epoch: feed.epoch, sequence: feed.entries.length, entries, ...more }))
    },
  }
  return feed
}
