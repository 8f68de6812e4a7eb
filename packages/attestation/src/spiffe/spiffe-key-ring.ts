/** The keys of a SPIFFE trust domain, out of its bundle (SPIFFE Trust Domain and Bundle §4, SPIFFE Federation §4). */
import { type AttestationEvents, type Clock, type KeyRing, systemClock, type Verifier } from '@countersign/core'
import { completeFetchingPolicy, type FetchingPolicy } from '../keys/fetching-policy.ts'
import { createIssuerKeys } from '../keys/issuer-keys.ts'
import { createRemoteSource } from '../keys/remote-source.ts'
import type { TrustState } from '../keys/trust-state.ts'
import { isTrustDomain } from '../trust/spiffe-id.ts'

/** What the keys of a trust domain are made of. */
export interface SpiffeKeyRingOptions {
  /** Without `spiffe://`. */
  readonly trustDomain: string
  /** The bundle endpoint (profile `https_web`): https, or http on loopback. */
  readonly url: string
  readonly verifier: Verifier
  readonly clock?: Clock
  readonly fetch?: typeof fetch
  readonly events?: AttestationEvents
  /** Keeps the newest bundle and its number over a restart. */
  readonly state?: TrustState
  readonly fetching?: Partial<FetchingPolicy>
}

/** A key ring that fetches a SPIFFE bundle; its refresh hint says how often. */
export interface SpiffeKeyRing extends KeyRing {
  /** Resolves once there are keys; rejects with what stands in the way. */
  ready(): Promise<void>
  /** Forgets the keys and fetches them anew. */
  invalidate(): Promise<void>
  /** Stops fetching. */
  close(): void
}

/** Finds keys for JWT-SVIDs alone. Events name the trust domain as issuer. Throws a `TypeError` that names what is wrong. */
export function createSpiffeKeyRing(options: SpiffeKeyRingOptions): SpiffeKeyRing {
  const { trustDomain, url, verifier, clock = systemClock, fetch, events, state } = options
  if (!isTrustDomain(trustDomain)) {
    throw new TypeError('trustDomain is the name of a SPIFFE trust domain, in lower case and without spiffe://.')
  }
  const issuer = `spiffe://${trustDomain}`
  const policy = completeFetchingPolicy(options.fetching)
  const source = createRemoteSource({ spiffeBundle: { url } }, { issuer, verifier, clock, fetch, policy, events })
  const { ring, ready, invalidate, close } = createIssuerKeys({
    issuer,
    source,
    state,
    events,
    onRevoked: () => undefined,
  })
  return { find: (kid, algorithm) => ring.find(kid, algorithm), ready, invalidate, close }
}
