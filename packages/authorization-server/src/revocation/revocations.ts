/** Revocation: what it takes away here, and what the feed tells those who verify tokens by themselves. */
import type { Verifier } from '@countersign/core'
import {
  REVOCATION_FEED_ENTRIES,
  type RevocationFeed,
  type RevocationKind,
  revocationKey,
} from '@countersign/core/wire'
import type { Epoch } from '@countersign/ledgers/sqlite'
import { MAX_TOKEN_LIFETIME } from '../configuration/tokens.ts'
import type { Log } from '../log.ts'
import type { ArtefactStore } from '../store/artefact-store.ts'
import type { RevocationList } from './revocation-list.ts'

/** What of an access token a revocation can name: see `RevocationKind`. */
export interface RevocableToken {
  readonly jti: string
  readonly grant: string | undefined
  readonly clientId: string
  readonly subject: string
  /** RFC 7638 thumbprint of the key behind its `agent` claim. */
  readonly attestationKey: string | undefined
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
  isRevoked(token: RevocableToken): Promise<boolean>
  /** The answer to a resource server that knows everything up to `after` in `epoch`. */
  feed(after: number, epoch: string | undefined): RevocationFeed
}

/** What `createRevocations` needs. */
export interface RevocationParts {
  readonly issuer: string
  readonly epoch: Epoch
  readonly list: RevocationList
  readonly store: ArtefactStore
  readonly verifier: Verifier
  readonly now: () => number
  readonly log: Log
}

/** A resource server whose clock is behind takes a token for so much longer, in seconds. */
const MARGIN = 60

/** Seconds for which a token that is issued now may be taken somewhere, at most. */
export const LONGEST_USE = MAX_TOKEN_LIFETIME + MARGIN

/** Creates them. */
export function createRevocations(parts: RevocationParts): Revocations {
  const { issuer, epoch, list, store, verifier, now, log } = parts

  const revoke = async (
    kind: RevocationKind,
    id: string,
    times: { before: number; until: number },
    work: () => void,
  ) => {
    const key = await revocationKey(verifier, kind, issuer, id)
    epoch.transact(() => {
      work()
      list.add(key, times.before, times.until)
    })
    log({ type: 'revoked', what: kind })
  }
  // What is issued to a client or a person from the next second on stands; a revoked grant, token or key never comes back,
  // whenever the token says that it was issued: a slow request may have been under way.
  const soFar = () => ({ before: Math.ceil(now()), until: Math.ceil(now()) + LONGEST_USE })
  const forGood = (expires: number) => ({ before: expires + MARGIN, until: expires + MARGIN })

  return {
    token: (jti, expires = Math.ceil(now()) + MAX_TOKEN_LIFETIME) =>
      revoke('token', jti, forGood(expires), () => store.removeAccessToken(jti)),
    grant: (grant) =>
      revoke('grant', grant, forGood(Math.ceil(now()) + MAX_TOKEN_LIFETIME), () => store.removeFamily(grant)),
    client: (clientId) => revoke('client', clientId, soFar(), () => store.removeOfClient(clientId)),
    subject: (subject) => revoke('subject', subject, soFar(), () => store.removeOfSubject(subject)),
    attestationKey: (thumbprint) =>
      revoke('attestation_key', thumbprint, forGood(Math.ceil(now()) + MAX_TOKEN_LIFETIME), () => {}),
    async isRevoked({ jti, grant, clientId, subject, attestationKey, issued }) {
      const names: [RevocationKind, string][] = [
        ['token', jti],
        ['client', clientId],
        ['subject', subject],
      ]
      if (grant !== undefined) names.push(['grant', grant])
      if (attestationKey !== undefined) names.push(['attestation_key', attestationKey])
      const keys = await Promise.all(names.map(([kind, id]) => revocationKey(verifier, kind, issuer, id)))
      return list.covers(keys, issued)
    },
    feed(after, knownEpoch) {
      const sequence = list.newest()
      const from = knownEpoch === epoch.id && after <= sequence ? after : 0
      // Bounded by what was just read: another process may add one in between.
      const entries = list.read({ after: from, newest: sequence }, REVOCATION_FEED_ENTRIES + 1)
      const isCut = entries.length > REVOCATION_FEED_ENTRIES
      return {
        epoch: epoch.id,
        sequence,
        entries: entries.slice(0, REVOCATION_FEED_ENTRIES),
        ...(isCut ? { more: true } : {}),
      }
    },
  }
}
