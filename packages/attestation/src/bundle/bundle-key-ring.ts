/** The keys of one issuer out of its signed bundles. It fetches nothing: whoever does hands the bundles in. */
import { type Clock, type KeyRing, ok, type PublicJwk, refuse, type Verifier, type VerifyKey } from '@countersign/core'
import { fitsKey } from '../jws/attestation-algorithms.ts'
import type { BundleKey } from './bundle-claims.ts'
import { type BundleMark, type BundleResult, verifyKeyBundle } from './verify-bundle.ts'

/** What a bundle-backed ring is made of. */
export interface BundleKeyRingOptions {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly issuer: string
  /** The pinned root key. */
  readonly root: PublicJwk
  /** From the last run, so that an older bundle is refused also after a restart. */
  readonly mark?: BundleMark
}

/** A key ring that is filled with bundles. */
export interface BundleKeyRing extends KeyRing {
  /** Takes a bundle in, or refuses it and stays as it was. One at a time, in the order in which they came. */
  install(text: string): Promise<BundleResult>
  /** Evicts a key at once, as when a signed security event says that it was stolen; no later bundle brings it back. */
  evict(thumbprint: string): void
  /** To be kept for the next run; `undefined` while there was no bundle yet. */
  readonly mark: BundleMark | undefined
}

/** By `kid`: keys are asked for with every request. */
interface HeldBundle {
  readonly expires: number
  readonly keys: ReadonlyMap<string, BundleKey>
  readonly revoked: ReadonlySet<string>
}

/**
 * Finds keys by `kid` alone. Before the first bundle, and after the last one has expired, nobody can say what keys
 * there are: `keys_unavailable`. Revoked, expired and unknown keys are refused each with a reason of its own.
 */
export function createBundleKeyRing(options: BundleKeyRingOptions): BundleKeyRing {
  const { verifier, clock, issuer, root } = options
  let mark = options.mark
  let held: HeldBundle | undefined
  let imported = new Map<string, VerifyKey>()
  const evicted = new Set(mark?.evicted)
  let queue: Promise<unknown> = Promise.resolve()

  async function installNext(text: string): Promise<BundleResult> {
    const result = await verifyKeyBundle(
      text,
      { issuer, root, ...(mark !== undefined && { mark }) },
      { verifier, clock },
    )
    if (!result.ok) return result
    mark = result.mark
    held = {
      expires: result.value.expires,
      keys: new Map(result.value.keys.map((key) => [key.keyId, key])),
      revoked: new Set(result.value.revoked.map(({ keyId }) => keyId)),
    }
    imported = new Map()
    return result
  }

  async function importOnce(keyId: string, jwk: PublicJwk, algorithm: Parameters<KeyRing['find']>[1]) {
    const cache = imported
    const known = cache.get(`${algorithm} ${keyId}`)
    if (known !== undefined) return ok(known)
    const key = await verifier.importKey(jwk, algorithm)
    if (key.ok) cache.set(`${algorithm} ${keyId}`, key.value)
    return key
  }

  return {
    get mark() {
      return mark === undefined ? undefined : { ...mark, evicted: [...evicted] }
    },
    install(text) {
      const installed = queue.then(() => installNext(text))
      // The next one waits for this one, whatever comes of it.
      queue = installed.catch(() => undefined)
      return installed
    },
    evict(thumbprint) {
      evicted.add(thumbprint)
    },
    async find(kid, algorithm) {
      const now = clock()
      if (held === undefined) return refuse('keys_unavailable', 'no_bundle')
      if (now >= held.expires) return refuse('keys_unavailable', 'bundle_expired')
      if (kid === undefined) return refuse('invalid_token', 'unknown_key')
      if (held.revoked.has(kid)) return refuse('invalid_token', 'key_revoked')
      const found = held.keys.get(kid)
      if (found === undefined) return refuse('invalid_token', 'unknown_key')
      if (now >= found.expires) return refuse('invalid_token', 'key_expired')
      if (!fitsKey(found.jwk, algorithm)) return refuse('invalid_token', 'key_algorithm')
      const key = await importOnce(found.keyId, found.jwk, algorithm)
      return key.ok && evicted.has(key.value.thumbprint) ? refuse('invalid_token', 'key_revoked') : key
    },
  }
}
