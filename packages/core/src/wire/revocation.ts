/** The revocation feed: what was revoked, numbered, for resource servers that verify JWTs by themselves. Ours; no RFC. */
import { decodeBase64url } from '../jose/base64url.ts'
import { spendKey } from '../ledger/spend-key.ts'
import type { Awaitable, Verifier } from '../ports/verifier.ts'

/**
 * What a revocation names, by which claim of an access token: `token` its `jti`, `grant` its `grant_id`, `client` its
 * `client_id`, `subject` its `sub`, `attestation_key` the thumbprint of the key that signed the attestation in its
 * `agent` claim, `agent` its `cnf.jkt`, `capability` the `id` of a capability in its `authorization_details`. What a
 * token was derived from counts as well: `token` also each of its `derived_from`, `client` also every `sub` in its `act`,
 * `agent` also each of its `derived_keys`, `capability` also each id in `ancestors`.
 */
export type RevocationKind = 'token' | 'grant' | 'client' | 'subject' | 'attestation_key' | 'agent' | 'capability'

/** One revocation: it ends each access token that has the key and an `iat` of at most `before`. */
export interface RevocationEntry {
  /** Counts up from 1; every revocation has the next number. */
  readonly sequence: number
  /** See `revocationKey`. */
  readonly key: string
  /** The time of the revocation, rounded up to a whole second; NumericDate. */
  readonly before: number
  /** When the last token that this ends will have expired; NumericDate. The entry may be forgotten then. */
  readonly until: number
}

/** One answer of the feed. */
export interface RevocationFeed {
  /** Names this count of numbers: under another epoch nothing that was read before may be relied on. */
  readonly epoch: string
  /** The newest number, 0 when there is none yet. Lower than what was seen in this epoch: count from 0 again. */
  readonly sequence: number
  /** Ascending; those past their `until` are left out, so numbers may be missing. */
  readonly entries: readonly RevocationEntry[]
  /** The answer was cut: ask again with the number of its last entry. Otherwise `sequence` is where to go on. */
  readonly more?: true
}

/** How many entries one answer holds at most. */
export const REVOCATION_FEED_ENTRIES = 1000

/** Yields the key of a revocation: SHA-256 over kind, issuer and id, base64url, so that the feed may be public. */
export function revocationKey(verifier: Verifier, kind: RevocationKind, issuer: string, id: string): Awaitable<string> {
  return spendKey(verifier, ['revoked', kind, issuer, id])
}

/** The feed, or why the answer is none. */
export type RevocationFeedResult =
  | { readonly ok: true; readonly value: RevocationFeed }
  | { readonly ok: false; readonly reason: 'object' | 'epoch' | 'sequence' | 'entries' | 'entry' | 'order' | 'more' }

const EPOCH = /^[\w-]{1,64}$/
const KEY_OCTETS = 32
const KEY_CHARACTERS = 43

/**
 * Narrows an untrusted value, parsed from JSON, to an answer of the feed. Refuses more entries than an answer holds,
 * numbers that do not rise or lie above the newest, and an answer that was cut after nothing. Other members are dropped.
 */
export function parseRevocationFeed(value: unknown): RevocationFeedResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, reason: 'object' }
  const epoch = own(value, 'epoch')
  if (typeof epoch !== 'string' || !EPOCH.test(epoch)) return { ok: false, reason: 'epoch' }
  const sequence = own(value, 'sequence')
  if (!isCount(sequence)) return { ok: false, reason: 'sequence' }
  const list = own(value, 'entries')
  if (!Array.isArray(list) || list.length > REVOCATION_FEED_ENTRIES) return { ok: false, reason: 'entries' }
  const more = own(value, 'more')
  if (more !== undefined && typeof more !== 'boolean') return { ok: false, reason: 'more' }
  if (more === true && list.length === 0) return { ok: false, reason: 'more' }

  const entries: RevocationEntry[] = []
  let last = 0
  for (const item of list) {
    const entry = parseEntry(item)
    if (entry === undefined) return { ok: false, reason: 'entry' }
    if (entry.sequence <= last || entry.sequence > sequence) return { ok: false, reason: 'order' }
    last = entry.sequence
    entries.push(entry)
  }
  return { ok: true, value: { epoch, sequence, entries, ...(more === true ? { more } : {}) } }
}

function parseEntry(value: unknown): RevocationEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const sequence = own(value, 'sequence')
  const key = own(value, 'key')
  const before = own(value, 'before')
  const until = own(value, 'until')
  if (!isCount(sequence) || !isCount(before) || !isCount(until) || !isDigest(key)) return undefined
  return { sequence, key, before, until }
}

function own(value: object, member: string): unknown {
  return Object.hasOwn(value, member) ? (value as Record<string, unknown>)[member] : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && value.length === KEY_CHARACTERS && decodeBase64url(value)?.length === KEY_OCTETS
}
