/** Where keys are fetched from, as an operator wrote it down, checked and made ready to fetch. */

import {
  type AttestationEvents,
  type Clock,
  isLoopbackHost,
  type PublicJwk,
  parsePublicJwk,
  type Verifier,
} from '@countersign/core'
import { createDefaultFetch } from '#default-fetch'
import { createBundleHolder } from '../bundle/bundle-holder.ts'
import { algorithmOf } from '../jws/attestation-algorithms.ts'
import { createSpiffeHolder } from '../spiffe/spiffe-holder.ts'
import { longestDocument } from './fetch-text.ts'
import type { FetchingPolicy } from './fetching-policy.ts'
import type { RemoteSource } from './issuer-keys.ts'
import { createJwkSetHolder } from './jwk-set-holder.ts'
import { createKeyFetcher } from './key-fetcher.ts'
import type { KeyHolder } from './key-holder.ts'
import { createRemoteKeys } from './remote-keys.ts'

/** A place that an issuer's keys are fetched from: https, or http on loopback. */
export type KeySource =
  /** A signed bundle (`typ: jwk-set+jwt`), and the one key that may sign it. */
  | { readonly bundle: { readonly url: string; readonly root: PublicJwk | JsonWebKey } }
  /** A plain key set (RFC 7517 §5): as good as the server that it comes from. */
  | { readonly jwksUri: string }
  /** A SPIFFE bundle endpoint, of whose keys those for JWT-SVIDs count. */
  | { readonly spiffeBundle: { readonly url: string } }

/** What fetching takes, whatever is fetched. */
export interface RemoteSourceOptions {
  readonly issuer: string
  readonly verifier: Verifier
  readonly clock: Clock
  /** One that reaches the public internet and this very URL, on Node, unless given. */
  readonly fetch: typeof fetch | undefined
  readonly policy: FetchingPolicy
  readonly events: AttestationEvents | undefined
}

/** Throws a `TypeError` that names the issuer, for a URL that keys may not come from and for a root that is no key. */
export function createRemoteSource(source: KeySource, options: RemoteSourceOptions): RemoteSource {
  const { issuer, policy, clock, events } = options
  const { url, holder } = openSource(source, options)
  checkUrl(issuer, url)
  const fetch = options.fetch ?? createDefaultFetch([url], longestDocument)
  const fetcher = createKeyFetcher({ issuer, url, fetch, policy, clock, events })
  return {
    holder,
    connect: (onInstalled) => createRemoteKeys({ issuer, holder, fetcher, policy, clock, events, onInstalled }),
  }
}

function openSource(
  source: KeySource,
  { issuer, verifier, clock }: RemoteSourceOptions,
): { readonly url: string; readonly holder: KeyHolder } {
  if ('jwksUri' in source) return { url: source.jwksUri, holder: createJwkSetHolder(verifier) }
  if ('spiffeBundle' in source) return { url: source.spiffeBundle.url, holder: createSpiffeHolder(verifier) }
  const { url, root } = source.bundle
  return { url, holder: createBundleHolder({ verifier, clock, issuer, root: readRoot(issuer, root) }) }
}

/** The pinned root in its one shape. Throws a `TypeError` without any member in its message. */
export function readRoot(issuer: string, root: PublicJwk | JsonWebKey): PublicJwk {
  const jwk = parsePublicJwk(root)
  if (jwk.ok && algorithmOf(jwk.value) !== undefined) return jwk.value
  throw new TypeError(
    `The bundle root of ${issuer} is a public Ed25519 or P-256 key, as a JWK without private members.`,
  )
}

function checkUrl(issuer: string, text: string): void {
  const url = URL.parse(text)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (isSecure && url.username === '' && url.password === '' && url.hash === '') return
  throw new TypeError(
    `The keys of ${issuer} are fetched over https (or http on loopback), from a URL without user information and fragment.`,
  )
}
