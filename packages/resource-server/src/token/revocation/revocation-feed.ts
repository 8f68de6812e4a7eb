/** Keeps up with what an issuer revokes: reads its feed when calls need it, never more than once a second. Ours; no RFC. */
import type { Clock, Events } from '@countersign/core'
import { beforeEnd, FetchFailed } from '../bounded-fetch.ts'
import type { FeedReader } from './feed-reader.ts'
import { createRevocationList, type RevocationList } from './revocation-list.ts'

/** Seconds after which the feed is read again, without making anybody wait. */
const refreshAfter = 1
/** Seconds after which a call waits for that. */
const waitAfter = 2
/** Seconds for which what was read still serves while reading fails. */
const unusableAfter = 30
/** Seconds between the end of a failure and the next attempt. */
const cooldown = 1
/** Milliseconds for one attempt: calls may be waiting. */
const defaultTimeoutMs = 2_000
/** Seconds between two searches for entries that are over. */
const forgetEvery = 30

/** Where the feed is; undefined where the issuer has none. Rejects with `FetchFailed` while nobody knows. */
export interface FeedLocation {
  /** `unknown` until somebody has found it. */
  readonly state: () => 'known' | 'none' | 'unknown'
  readonly find: () => Promise<string | undefined>
}

/** What one issuer has revoked, as far as is known. */
export interface RevocationFeed {
  readonly list: RevocationList
  /** True where the issuer is known to publish what it revokes. */
  isInUse(): boolean
  /** True where it is known not to. */
  isMissing(): boolean
  /** True when the list is as new as it has to be; false when nobody can say what was revoked. */
  consult(): boolean | Promise<boolean>
  /** Reads the feed now, unless somebody does or just failed to. Resolves in any case. */
  poll(): Promise<void>
  /** Reads what has been revoked until now: once more, where somebody is just reading. Resolves in any case. */
  catchUp(): Promise<void>
}

/** Options of `createRevocationFeed`. */
export interface RevocationFeedOptions {
  readonly issuer: string
  readonly location: FeedLocation
  readonly reader: FeedReader
  readonly clock: Clock
  readonly events: Events | undefined
  /** Called when there is more on the list. */
  readonly onChange: () => void
  /** For one reading; default 2,000. */
  readonly timeoutMs?: number
}

/** Has read nothing yet; the first call waits. */
export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { issuer, location, reader, clock, events, onChange, timeoutMs = defaultTimeoutMs } = options
  const list = createRevocationList()
  let readAt = Number.NEGATIVE_INFINITY
  let forgotAt = Number.NEGATIVE_INFINITY
  let failedAt: number | undefined
  let polling: Promise<void> | undefined

  /** Seconds; what was read in the future, before the clock was set back, is as good as never read. */
  function since(time: number): number {
    const age = clock() - time
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  async function read(signal: AbortSignal): Promise<void> {
    const endpoint = await location.find()
    if (endpoint === undefined) {
      readAt = clock()
      return
    }
    const before = reader.entriesRead
    try {
      readAt = await reader.read(endpoint, list, signal)
    } finally {
      // Also what came before it broke off.
      if (reader.entriesRead > before) onChange()
    }
  }

  async function attempt(): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      await beforeEnd(read(signal), signal)
      failedAt = undefined
    } catch (error) {
      failedAt = clock()
      events?.({
        type: 'revocation_feed_failed',
        issuer,
        reason: error instanceof FetchFailed ? error.reason : 'error',
      })
    }
    if (since(forgotAt) < forgetEvery) return
    forgotAt = clock()
    list.forget(forgotAt)
  }

  function poll(): Promise<void> {
    if (polling !== undefined) return polling
    if (failedAt !== undefined && since(failedAt) < cooldown) return Promise.resolve()
    polling = attempt().finally(() => {
      polling = undefined
    })
    return polling
  }

  const isUsable = () => since(readAt) <= unusableAfter

  return {
    list,
    poll,
    async catchUp() {
      // What is being read may have been asked for before there was more.
      await polling
      await poll()
    },
    isInUse: () => location.state() === 'known',
    isMissing: () => location.state() === 'none',
    consult() {
      if (location.state() === 'none') return true
      const age = since(readAt)
      if (age <= refreshAfter) return true
      const polled = poll()
      if (age <= waitAfter || (failedAt !== undefined && age <= unusableAfter)) return true
      return polled.then(isUsable)
    },
  }
}
