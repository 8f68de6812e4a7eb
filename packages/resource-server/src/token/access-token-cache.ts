/** Tokens that were verified before, by their exact string: a warm call pays for no second signature. */
import type { Clock, Ok } from '@countersign/core'
import type { AccessToken } from './access-token.ts'

const maxEntries = 10_000

/**
 * Seconds after which a token is verified anew, against the keys that its issuer has by then: one that a withdrawn key
 * signed must not live on for as long as it says itself.
 */
const verifyAnewAfter = 300

/** Characters at the end of a token, part of its signature: enough to tell tokens apart, and cheaper to look up than all. */
const suffixLength = 43

/** What was verified. Only that gets in, so a stranger can't fill it. */
export interface AccessTokenCache {
  /** Undefined for a text that was not kept, or five minutes ago; a token that has expired is found once more, to be refused for that. */
  find(text: string): Ok<AccessToken> | undefined
  /** Keeps it until it expires, five minutes at the most; an agent that holds very many can only push out the oldest. */
  keep(text: string, verified: Ok<AccessToken>): void
  /** Drops those that are over before their time. */
  drop(isOver: (token: AccessToken) => boolean): void
}

interface Entry {
  readonly text: string
  readonly verified: Ok<AccessToken>
  readonly verifiedAt: number
}

/** An empty cache, of ten thousand tokens at the most. */
export function createAccessTokenCache(clock: Clock): AccessTokenCache {
  const entries = new Map<string, Entry>()
  return {
    find(text) {
      const suffix = text.slice(-suffixLength)
      const known = entries.get(suffix)
      // The suffix only finds the entry; what was verified is the whole text.
      if (known?.text !== text) return undefined
      const now = clock()
      const isStale = now - known.verifiedAt >= verifyAnewAfter
      if (isStale || now >= known.verified.value.expires) entries.delete(suffix)
      return isStale ? undefined : known.verified
    },
    keep(text, verified) {
      const [oldest] = entries.keys()
      if (oldest !== undefined && entries.size >= maxEntries) entries.delete(oldest)
      entries.set(text.slice(-suffixLength), { text, verified, verifiedAt: clock() })
    },
    drop(isOver) {
      for (const [suffix, { verified }] of entries) if (isOver(verified.value)) entries.delete(suffix)
    },
  }
}
