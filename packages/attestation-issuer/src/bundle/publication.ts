/** The bundle that is served: signed here, where the root is at hand, or handed in, where it stays offline. */
import { type AttestationSigner, signKeyBundle } from '@countersign/attestation/issue'
import { type KeyBundle, verifyKeyBundle } from '@countersign/attestation/trust'
import { type Clock, isJsonObject, type PublicJwk, readCompactJws } from '@countersign/core'
import type { Epoch } from '@countersign/ledgers/sqlite'
import type { KeyStore } from '../store/key-store.ts'
import type { Publication, PublicationStore } from '../store/publication-store.ts'
import { type BundleParts, thumbprintOf, writeBundleContent } from './bundle-content.ts'
import { judgeImportedKeys } from './imported-keys.ts'

/** What became of a bundle that was handed in; `reason` is a constant word. */
export type ImportResult =
  | { readonly ok: true; readonly sequence: number }
  | { readonly ok: false; readonly reason: string }

/** Publishes bundles. All reject when the database cannot answer. */
export interface Publications {
  /** The bundle to serve now: signed anew first where keys have changed, or half of its time is over. */
  current(): Promise<Publication | undefined>
  /** Can those who trust the bundles know this key? Always so where they are signed here, or where there are none. */
  lists(keyId: string): boolean
  /** The next bundle, to be signed elsewhere. */
  draft(): Promise<KeyBundle>
  /** Takes a bundle that was signed elsewhere. Throws a `TypeError` when no root is pinned. */
  take(text: string): Promise<ImportResult>
}

/** What publications are made of. */
export interface PublicationsParts extends BundleParts {
  readonly epoch: Epoch
  readonly keys: KeyStore
  readonly publications: PublicationStore
  readonly root: AttestationSigner | undefined
  readonly rootKey: PublicJwk | undefined
  readonly clock: Clock
}

const LONGEST_BUNDLE = 1_048_576
/** 7 days: a weekend in which nobody signs is no outage. */
const DEFAULT_LIFETIME = 7 * 86_400
/** Verifiers keep what they fetched for an hour; a shorter life would end in their hands. */
const SHORTEST_LIFETIME = 3600

/** Yields the seconds for which a bundle counts; throws a `RangeError` for a life that is too short. */
export function completeBundleLifetime(lifetime = DEFAULT_LIFETIME): number {
  if (!(lifetime >= SHORTEST_LIFETIME)) throw new RangeError('bundleLifetime is an hour (3600 seconds) or more.')
  return lifetime
}

/** Creates them. */
export function createPublications(parts: PublicationsParts): Publications {
  const { epoch, keys, publications, root, rootKey, clock, verifier, issuer } = parts
  let signing: Promise<Publication | undefined> | undefined

  const draftNext = () => {
    const now = clock()
    // The time, where that is higher: after a restore from a backup nobody knows what the last number was.
    const sequence = Math.max((publications.read()?.sequence ?? 0) + 1, Math.floor(now))
    return writeBundleContent(parts, keys.read(), { sequence, now })
  }

  async function signNext(signer: AttestationSigner): Promise<Publication | undefined> {
    const thumbprint = await thumbprintOf(signer.publicJwk, verifier)
    for (;;) {
      const last = publications.read()
      const revision = keys.revision()
      if (isCurrent(last, { issuer, revision, thumbprint, now: clock() })) return last
      const content = await draftNext()
      const bundle = await signKeyBundle(signer, content)
      const digest = await verifier.digest(bundle.slice(0, bundle.lastIndexOf('.')))
      const { sequence, issuedAt: issued, expires } = content
      const next = { issuer, revision, sequence, issued, expires, root: thumbprint, digest, bundle }
      epoch.transact(() => {
        // Of two processes that sign at once, one comes first, and the other looks again.
        if (publications.read()?.sequence === last?.sequence) publications.write(next)
      })
    }
  }

  return {
    lists(keyId) {
      if (root !== undefined || rootKey === undefined) return true
      return listKeyIds(publications.read()?.bundle ?? '').includes(keyId)
    },
    draft: draftNext,
    async current() {
      if (root === undefined) return publications.read()
      signing ??= signNext(root).finally(() => {
        signing = undefined
      })
      return signing
    },
    async take(text) {
      if (rootKey === undefined) throw new TypeError('A bundle is taken in only with its root pinned: give `rootKey`.')
      const last = publications.read()
      const revision = keys.revision()
      const own = keys.read().keys
      const revoked = own.filter(({ state }) => state === 'revoked').map(({ publicJwk }) => publicJwk)
      const thumbprints = await Promise.all(revoked.map((jwk) => thumbprintOf(jwk, verifier)))
      const mark = last && { sequence: last.sequence, digest: last.digest, revoked: thumbprints }
      const expectation = { issuer, root: rootKey, ...(mark !== undefined && { mark }) }
      const read = await verifyKeyBundle(text, expectation, { verifier, clock })
      if (!read.ok) return { ok: false, reason: read.rejection.reason ?? read.rejection.code }
      const problem = judgeImportedKeys(read.value, own)
      if (problem !== undefined) return { ok: false, reason: problem }
      const { sequence, issuedAt: issued, expires } = read.value
      const root = await thumbprintOf(rootKey, verifier)
      const next = { issuer, revision, sequence, issued, expires, root, digest: read.mark.digest, bundle: text }
      return epoch.transact((): ImportResult => {
        if (publications.read()?.sequence !== last?.sequence) return { ok: false, reason: 'seq' }
        // Of the keys it was judged by: one of them may have been revoked meanwhile.
        if (keys.revision() !== revision) return { ok: false, reason: 'keys_changed' }
        publications.write(next)
        return { ok: true, sequence }
      })
    },
  }
}

/** Of a bundle that was verified when it came. */
function listKeyIds(bundle: string): readonly unknown[] {
  const jws = readCompactJws(bundle, LONGEST_BUNDLE)
  const keys = jws.ok ? jws.value.payload.keys : undefined
  return Array.isArray(keys) ? keys.map((key) => (isJsonObject(key) ? key.kid : undefined)) : []
}

interface Moment {
  readonly issuer: string
  readonly revision: number
  readonly thumbprint: string
  readonly now: number
}

function isCurrent(last: Publication | undefined, { issuer, revision, thumbprint, now }: Moment): boolean {
  if (last?.issuer !== issuer || last.revision !== revision || last.root !== thumbprint) return false
  return now < last.issued + (last.expires - last.issued) / 2
}
