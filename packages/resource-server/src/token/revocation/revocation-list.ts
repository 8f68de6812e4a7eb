/** What one issuer has revoked, by key; what is over anyway is forgotten. */
import type { RevocationEntry } from '@countersign/core/wire'
import type { AccessToken } from '../access-token.ts'

/** The entries of a feed, merged. */
export interface RevocationList {
  readonly size: number
  /** Of two entries with one key, whatever reaches further counts. */
  add(entries: readonly RevocationEntry[]): void
  /** True when an entry ends this token: one of its keys, and not issued after that. */
  ends(token: Pick<AccessToken, 'revocationKeys' | 'issuedAt'>): boolean
  /** Drops the entries all of whose tokens have expired by `now`, NumericDate. */
  forget(now: number): void
}

type Reach = Pick<RevocationEntry, 'before' | 'until'>

/** An empty list. */
export function createRevocationList(): RevocationList {
  const reaches = new Map<string, Reach>()
  return {
    get size() {
      return reaches.size
    },
    add(entries) {
      for (const { key, before, until } of entries) {
        const known = reaches.get(key)
        const reach = { before: Math.max(before, known?.before ?? 0), until: Math.max(until, known?.until ?? 0) }
        reaches.set(key, reach)
      }
    },
    ends({ revocationKeys, issuedAt }) {
      if (reaches.size === 0) return false
      for (const key of revocationKeys) {
        const reach = reaches.get(key)
        if (reach !== undefined && issuedAt <= reach.before) return true
      }
      return false
    },
    forget(now) {
      for (const [key, { until }] of reaches) if (until <= now) reaches.delete(key)
    },
  }
}
