/** An issuer's published keys: fetched once for all who wait, kept while the issuer is away, never fetched in a storm. */
import { type Clock, type Events, type KeyRing, refuse } from '@countersign/core'
import { FetchFailed } from './bounded-fetch.ts'
import type { KeySet } from './key-set.ts'

/** Older keys are fetched anew, without making anybody wait. */
const refreshAfterSeconds = 300
/** Keys this old are not used any more: a key that was withdrawn must not live on for ever. */
const unusableAfterSeconds = 3600
/** Between the end of a fetch and the next one, whatever asked for them, however they ended and however long they took. */
const cooldownSeconds = 10

/** Options of `createRemoteKeyRing`. */
export interface RemoteKeyRingOptions {
  readonly issuer: string
  /** Fetches the set; throws `FetchFailed`. */
  readonly load: () => Promise<KeySet>
  readonly clock: Clock
  readonly events: Events | undefined
}

/** A storm of tokens with invented key ids costs one fetch per cool-down; known keys go on verifying meanwhile. */
export function createRemoteKeyRing({ issuer, load, clock, events }: RemoteKeyRingOptions): KeyRing {
  let current: { readonly keys: KeySet; readonly loadedAt: number } | undefined
  let loading: Promise<void> | undefined
  let endedAt = Number.NEGATIVE_INFINITY

  async function reload(): Promise<void> {
    const startedAt = clock()
    try {
      current = { keys: await load(), loadedAt: startedAt }
    } catch (error) {
      events?.({ type: 'key_fetch_failed', issuer, reason: error instanceof FetchFailed ? error.reason : 'error' })
    }
    endedAt = clock()
  }

  /** Resolves when the fetch under way, or the one that this starts, is over; at once during the cool-down. */
  function refresh(): Promise<void> {
    if (loading !== undefined) return loading
    if (clock() - endedAt < cooldownSeconds) return Promise.resolve()
    loading = reload().finally(() => {
      loading = undefined
    })
    return loading
  }

  function usable(): KeySet | undefined {
    return current !== undefined && clock() - current.loadedAt < unusableAfterSeconds ? current.keys : undefined
  }

  return {
    async find(kid, algorithm) {
      if (usable() === undefined) await refresh()
      else if (current !== undefined && clock() - current.loadedAt >= refreshAfterSeconds) void refresh()
      const known = await usable()?.find(kid, algorithm)
      if (known !== undefined) return known
      // The issuer may have started to use a new key since.
      await refresh()
      const keys = usable()
      if (keys === undefined) return refuse('keys_unavailable')
      return (await keys.find(kid, algorithm)) ?? refuse('invalid_token', 'unknown_key')
    },
  }
}
