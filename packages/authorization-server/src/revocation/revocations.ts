/** Revocation: what it takes away here, and what the feed tells those who verify tokens by themselves. */
import { type Capability, MOST_AHEAD, MOST_SECONDS } from '@countersign/capability'
import type { Verifier } from '@countersign/core'
import {
  REVOCATION_FEED_ENTRIES,
  type RevocationFeed,
  type RevocationKind,
  revocationKey,
} from '@countersign/core/wire'
import { MAX_TOKEN_LIFETIME } from '../configuration/tokens.ts'
import type { Log } from '../log.ts'
import type { RevocationStore } from './revocation-store.ts'

/** What of an access token a revocation can name: see `RevocationKind`. */
export interface RevocableToken {
  readonly jti: string
  readonly grant: string | undefined
  readonly clientId: string
  readonly subject: string
  /** RFC 7638 thumbprint of the key behind its `agent` claim. */
  readonly attestationKey: string | undefined
  /** RFC 7638 thumbprint of the key that it is bound to. */
  readonly key: string | undefined
  /** The `jti` of every token that it was exchanged from. */
  readonly derivedFrom: readonly string[]
  /** The thumbprint of every other key that one of those was bound to. */
  readonly derivedKeys: readonly string[]
  /** Every client that passed it on, or that it was passed on to. */
  readonly actors: readonly string[]
  readonly capabilities: readonly Capability[]
  /** NumericDate. */
  readonly issued: number
}

/** Revokes, and tells what was revoked. Each revocation is on the disk before it resolves. */
export interface Revocations {
  /** One access token; `expires` is its `exp`, where that is known. */
  token(jti: string, expires?: number): Promise<void>
  /** A grant, all refresh tokens and codes that stand on it, and its live access tokens. Takes the digest of its id. */
  grant(grant: string): Promise<void>
  /** All that was issued to a client so far; it may ask for more. */
  client(clientId: string): Promise<void>
  /** All that a person has given so far, their sessions included; they may log in and give more. */
  subject(subject: string): Promise<void>
  /** All access tokens that say what an attestation said, which a key, named by its RFC 7638 thumbprint, has signed. */
  attestationKey(thumbprint: string): Promise<void>
  /** All that is bound to a key, or was passed on under it, by its RFC 7638 thumbprint: one instance of an agent, refresh tokens included. */
  agent(thumbprint: string): Promise<void>
  /** A capability and all that were narrowed from it, with the access tokens that they stand in. */
  capability(id: string): Promise<void>
  /** For capabilities that are about to stand in a token: whether they, or what they were narrowed from, are revoked. */
  isCapabilityRevoked(capability: Capability): Promise<boolean>
  /** Whether whatever is bound to a key, by its RFC 7638 thumbprint, falls at once. */
  isAgentRevoked(thumbprint: string): Promise<boolean>
  /** Whether a grant, by the digest of its id, was revoked itself. */
  isGrantRevoked(grant: string): Promise<boolean>
  /** Whether what a person gave at a time, a NumericDate, has fallen since. */
  isSubjectRevoked(subject: string, time: number): Promise<boolean>
  isRevoked(token: RevocableToken): Promise<boolean>
  /** The answer to a resource server that knows everything up to `after` in `epoch`. */
  feed(after: number, epoch: string | undefined): Promise<RevocationFeed>
}

/** What `createRevocations` needs. */
export interface RevocationParts {
  readonly issuer: string
  readonly store: RevocationStore
  readonly verifier: Verifier
  readonly now: () => number
  readonly log: Log
  /** Told of each once it was committed. */
  readonly onRevoked: () => void
}

/** A resource server whose clock is behind takes a token for so much longer, in seconds. */
const MARGIN = 60

/** Seconds for which a token that is issued now may be taken somewhere, at most. */
export const LONGEST_USE = MAX_TOKEN_LIFETIME + MARGIN

/** Seconds for which a capability that is granted now may stand in tokens, at most. */
const LONGEST_CAPABILITY = MOST_AHEAD + MOST_SECONDS

/** Creates them. */
export function createRevocations(parts: RevocationParts): Revocations {
  const { issuer, store, verifier, now, log, onRevoked } = parts

  const revoke = async (kind: RevocationKind, id: string, times: { before: number; until: number }) => {
    const key = await revocationKey(verifier, kind, issuer, id)
    await store.revoke({ kind, id }, { key, ...times })
    onRevoked()
    log({ type: 'revoked', what: kind })
  }
  const keysOf = (names: readonly Name[]) =>
    Promise.all(names.map(([kind, id]) => revocationKey(verifier, kind, issuer, id)))

  // What is issued to a client or a person from the next second on stands; a revoked grant, token or key never comes back,
  // whenever the token says that it was issued: a slow request may have been under way.
  const soFar = () => ({ before: Math.ceil(now()), until: Math.ceil(now()) + LONGEST_USE })
  const forGood = (expires: number) => ({ before: expires + MARGIN, until: expires + MARGIN })
  // Until the store had it, tokens were issued on what it took away: those of a second that is not covered fall too.
  const revokeSoFar = async (kind: 'client' | 'subject', id: string) => {
    const times = soFar()
    await revoke(kind, id, times)
    if (Math.floor(now()) > times.before) await revoke(kind, id, soFar())
  }

  return {
    token: (jti, expires = Math.ceil(now()) + MAX_TOKEN_LIFETIME) => revoke('token', jti, forGood(expires)),
    grant: (grant) => revoke('grant', grant, forGood(Math.ceil(now()) + MAX_TOKEN_LIFETIME)),
    client: (clientId) => revokeSoFar('client', clientId),
    subject: (subject) => revokeSoFar('subject', subject),
    attestationKey: (thumbprint) =>
      revoke('attestation_key', thumbprint, forGood(Math.ceil(now()) + MAX_TOKEN_LIFETIME)),
    agent: (thumbprint) => revoke('agent', thumbprint, forGood(Math.ceil(now()) + MAX_TOKEN_LIFETIME)),
    capability: (id) => revoke('capability', id, forGood(Math.ceil(now()) + LONGEST_CAPABILITY)),
    isAgentRevoked: async (thumbprint) => store.covers(await keysOf([['agent', thumbprint]]), now()),
    isGrantRevoked: async (grant) => store.covers(await keysOf([['grant', grant]]), now()),
    isSubjectRevoked: async (subject, time) => store.covers(await keysOf([['subject', subject]]), time),
    isRevoked: async (token) => store.covers(await keysOf(listNames(token)), token.issued),
    isCapabilityRevoked: async (capability) =>
      store.covers(await keysOf(listIds([capability]).map((id) => ['capability', id])), now()),
    async feed(after, knownEpoch) {
      const { entries, ...range } = await store.read({ after, epoch: knownEpoch }, REVOCATION_FEED_ENTRIES + 1)
      const isCut = entries.length > REVOCATION_FEED_ENTRIES
      return { ...range, entries: entries.slice(0, REVOCATION_FEED_ENTRIES), ...(isCut ? { more: true } : {}) }
    },
  }
}

/** What a revocation would say. */
type Name = readonly [RevocationKind, string]

/** Everything with which a token falls. */
function listNames(token: RevocableToken): readonly Name[] {
  const { grant, attestationKey, key } = token
  return [
    ...[token.jti, ...token.derivedFrom].map((jti): Name => ['token', jti]),
    ...[...new Set([token.clientId, ...token.actors])].map((client): Name => ['client', client]),
    ['subject', token.subject],
    ...(grant === undefined ? [] : [['grant', grant] as const]),
    ...(attestationKey === undefined ? [] : [['attestation_key', attestationKey] as const]),
    ...[...(key === undefined ? [] : [key]), ...token.derivedKeys].map((jkt): Name => ['agent', jkt]),
    ...listIds(token.capabilities).map((id): Name => ['capability', id]),
  ]
}

/** The ids of capabilities and of all that they were narrowed from. */
function listIds(capabilities: readonly Capability[]): readonly string[] {
  return capabilities.flatMap(({ id, ancestors = [] }) => [id, ...ancestors.map((ancestor) => ancestor.id)])
}
