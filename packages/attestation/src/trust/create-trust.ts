/** Makes a trust list that fetches its issuers' keys, hears of stolen ones, and remembers. */
import { type PublicJwk, systemClock } from '@countersign/core'
import { verifySecurityEvent } from '../events/verify-security-event.ts'
import { completeFetchingPolicy, type FetchingPolicy } from '../keys/fetching-policy.ts'
import { createIssuerKeys, type IssuerKeys, type IssuerKeysOptions } from '../keys/issuer-keys.ts'
import { createRemoteSource, readRoot } from '../keys/remote-source.ts'
import { createStaticKeyRing } from './static-key-ring.ts'
import type { RevokedIssuerKey, Trust, TrustOptions } from './trust.ts'
import { createTrustList, type TrustEntry } from './trust-list.ts'

/** Why a key that was reported stolen is revoked; the word of RFC 5280 §5.3.1. */
const REPORTED = 'key_compromise'

/**
 * Fetches nothing before the first question or `ready`, or some minutes after somebody wants to hear of revocations.
 * Throws a `TypeError` or `RangeError` that names the issuer
 * or setting, and what is wrong with it.
 */
export function createTrust(entries: readonly TrustEntry[], options: TrustOptions): Trust {
  const { verifier, clock = systemClock } = options
  const listeners = new Set<(key: RevokedIssuerKey) => void>()
  const policy = completeFetchingPolicy(options.fetching)
  const issuers = new Map<string, { readonly keys: IssuerKeys; readonly root: PublicJwk | undefined }>()
  for (const entry of entries) {
    const { issuer } = entry
    const keys = createIssuerKeys({
      issuer,
      source: openEntry(entry, options, policy),
      state: options.state,
      events: options.events,
      onRevoked: ({ thumbprint, reason }) => {
        for (const listener of listeners) listener({ issuer, keyThumbprint: thumbprint, reason })
      },
    })
    issuers.set(issuer, { keys, root: findRoot(entry) })
  }
  const list = createTrustList(
    verifier,
    entries.map((entry) => ({ ...entry, keys: keysOf(entry.issuer).ring })),
  )

  function keysOf(issuer: string): IssuerKeys {
    const found = issuers.get(issuer)
    if (found === undefined) throw new TypeError('This issuer is not on the trust list: name one that is.')
    return found.keys
  }

  /** All at once, so that one that is away holds up nobody. */
  async function forAll(work: (keys: IssuerKeys) => Promise<void>, only?: string): Promise<void> {
    const names = only === undefined ? [...issuers.keys()] : [only]
    await Promise.all(names.map((issuer) => naming(issuer, work(keysOf(issuer)))))
  }

  return {
    ...list,
    ready: () => forAll((keys) => keys.ready()),
    invalidate: (issuer) => forAll((keys) => keys.invalidate(), issuer),
    evict: async (issuer, keyThumbprint, reason) => keysOf(issuer).revoke({ thumbprint: keyThumbprint, reason }),
    onRevoked(listener) {
      listeners.add(listener)
      for (const [issuer, { keys }] of issuers) {
        keys.watch()
        for (const { thumbprint, reason } of keys.revoked()) listener({ issuer, keyThumbprint: thumbprint, reason })
      }
      return () => void listeners.delete(listener)
    },
    recalls: (issuer) => issuers.get(issuer)?.keys.recalls() ?? true,
    async receive(securityEvent, audience) {
      const result = await verifySecurityEvent(
        securityEvent,
        {
          audience,
          findIssuer: (issuer) => {
            const found = issuers.get(issuer)
            return found === undefined ? undefined : { keys: found.keys.allKeys, root: found.root }
          },
        },
        { verifier, clock },
      )
      if (!result.ok) return result
      const { issuer, keyThumbprint } = result.value
      try {
        await keysOf(issuer).revoke({ thumbprint: keyThumbprint, reason: REPORTED })
      } catch {
        // It is out of use here, but the next run would not know.
        return { ok: false, code: 'unavailable', reason: 'state' }
      }
      return result
    },
    close() {
      for (const { keys } of issuers.values()) keys.close()
    },
  }
}

function openEntry(
  { issuer, keys }: TrustEntry,
  { verifier, clock = systemClock, fetch, events }: TrustOptions,
  policy: FetchingPolicy,
): IssuerKeysOptions['source'] {
  if ('find' in keys) return { ring: keys }
  if ('keys' in keys) return { ring: createStaticKeyRing(verifier, keys) }
  return createRemoteSource(keys, { issuer, verifier, clock, fetch, policy, events })
}

function findRoot({ issuer, keys }: TrustEntry): PublicJwk | undefined {
  return 'bundle' in keys ? readRoot(issuer, keys.bundle.root) : undefined
}

async function naming(issuer: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'for no known reason'
    throw new Error(`The keys of ${issuer} cannot be had: ${cause}`, { cause: error })
  }
}
