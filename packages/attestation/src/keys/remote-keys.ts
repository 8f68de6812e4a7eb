/** Keys that are fetched: once for all who wait, ahead of their time, and never in a storm. */
import { type AttestationEvents, type Clock, type KeyRing, refuse } from '@countersign/core'
import { FetchFailed, FetchWithheld } from './fetch-text.ts'
import type { FetchingPolicy } from './fetching-policy.ts'
import { createFlights } from './flights.ts'
import type { KeyFetcher } from './key-fetcher.ts'
import type { InstalledDocument, KeyHolder } from './key-holder.ts'
import { createMissingKeys } from './missing-keys.ts'

/** A document that was fetched and taken. */
export interface FetchedDocument {
  readonly text: string
  /** NumericDate of the beginning of the fetch. */
  readonly fetchedAt: number
}

/** What fetched keys are made of. */
export interface RemoteKeysOptions {
  readonly issuer: string
  readonly holder: KeyHolder
  readonly fetcher: KeyFetcher
  readonly policy: FetchingPolicy
  readonly clock: Clock
  readonly events: AttestationEvents | undefined
  /** Told of each document once its keys are in use, and of the keys that it takes back. */
  readonly onInstalled: (document: FetchedDocument, revoked: InstalledDocument['revoked']) => Promise<void>
}

/** A key ring that fetches. */
export interface RemoteKeys extends KeyRing {
  /** Resolves once there are keys. Rejects with `FetchFailed`. */
  ready(): Promise<void>
  /** Sees to it that the keys stay current, also while nobody asks for them. */
  watch(): void
  /** Forgets what was fetched, failures too, and fetches anew. Rejects with `FetchFailed`. */
  invalidate(): Promise<void>
  /** Takes a document that an earlier run has fetched, as old as it is; false when it is of no use any more. */
  restore(document: FetchedDocument): Promise<boolean>
  /** Uses what is held no more, because somebody has seen a newer document. */
  distrust(): void
  close(): void
}

/** Seconds between a fetch that failed, tries and all, and the next one. */
const REST_AFTER_FAILURE = 10

/** A known key is found without waiting for anybody. */
export function createRemoteKeys(options: RemoteKeysOptions): RemoteKeys {
  const { issuer, holder, fetcher, policy, clock, events, onInstalled } = options
  const missing = createMissingKeys(policy.unknownKeyRest, clock)
  const never = Number.NEGATIVE_INFINITY
  let usableUntil = never
  let refreshAt = never
  let failedAt = never
  let failure = 'no_document'
  let generation = 0

  function take({ expires, refreshHint }: InstalledDocument, fetchedAt: number): void {
    usableUntil = expires ?? fetchedAt + policy.ttl
    // Ahead of its end also where that is near or the hint is far off; but one that is all but over is no reason to hurry.
    const inTime = Math.max(usableUntil - (usableUntil - fetchedAt) / 4, fetchedAt + REST_AFTER_FAILURE)
    refreshAt = Math.min(fetchedAt + (refreshHint || policy.refreshAfter), inTime)
  }

  function fail(reason: string): void {
    failure = reason
    failedAt = clock()
  }

  async function fetchAndInstall(): Promise<void> {
    const started = generation
    const fetchedAt = clock()
    const text = await fetcher.fetch()
    // What was under way when the keys were invalidated may be the very document that was the reason.
    if (started !== generation) return
    const result = await holder.install(text)
    if (started !== generation) return
    if (!result.ok) {
      const { code, reason } = result
      events?.({ type: 'key_bundle_refused', issuer, code, ...(reason !== undefined && { reason }) })
      fail(code)
      return
    }
    take(result, fetchedAt)
    await onInstalled({ text, fetchedAt }, result.revoked)
  }

  async function load(): Promise<number> {
    try {
      await fetchAndInstall()
    } catch (error) {
      fail(error instanceof FetchFailed ? error.reason : 'error')
      // Nobody was disturbed, so there is nobody to leave in peace.
      if (error instanceof FetchWithheld) failedAt = never
    }
    const isFresh = clock() < refreshAt
    return isFresh ? refreshAt - clock() : Math.max(policy.breakerRest, REST_AFTER_FAILURE)
  }

  const flights = createFlights(load, policy.timeout)
  const isUsable = (): boolean => clock() < usableUntil

  function refresh(): Promise<void> {
    const isResting = clock() < failedAt + REST_AFTER_FAILURE
    return isResting && !flights.isUnderWay ? Promise.resolve() : flights.join()
  }

  /** Who waits for keys that are invalidated meanwhile waits for the ones that come instead. */
  async function finish(): Promise<void> {
    let awaited: number
    do {
      awaited = generation
      await flights.finish()
    } while (awaited !== generation)
    if (!isUsable()) throw new FetchFailed(failure, false)
  }

  return {
    async find(kid, algorithm) {
      if (!isUsable()) await refresh()
      else if (clock() >= refreshAt) void refresh()
      if (!isUsable()) return refuse('keys_unavailable', failure)
      const key = await holder.find(kid, algorithm)
      if (key.ok || key.rejection.reason !== 'unknown_key' || !missing.add(kid ?? '')) return key
      // Its issuer may have begun to use it since.
      await refresh()
      return isUsable() ? holder.find(kid, algorithm) : refuse('keys_unavailable', failure)
    },
    async ready() {
      if (!isUsable()) await finish()
    },
    watch: () => flights.plan(policy.refreshAfter),
    async invalidate() {
      generation += 1
      usableUntil = never
      refreshAt = never
      failedAt = never
      failure = 'invalidated'
      holder.drop()
      fetcher.reset()
      flights.abandon()
      await finish()
    },
    async restore({ text, fetchedAt }) {
      if (fetchedAt > clock()) return false
      const result = await holder.install(text)
      if (result.ok) take(result, fetchedAt)
      return isUsable()
    },
    distrust() {
      usableUntil = never
    },
    close() {
      failure = 'closed'
      flights.close()
    },
  }
}
