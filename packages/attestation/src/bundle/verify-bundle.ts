/** Bundles verified: by a root key that was pinned, and never an older one than before. */
import { type Clock, type PublicJwk, readCompactJws, thumbprintInput, type Verifier } from '@countersign/core'
import { algorithmOf, bringsKey, fitsKey } from '../jws/attestation-algorithms.ts'
import { isMediaType } from '../jws/media-type.ts'
import { type KeyBundle, readBundle } from './bundle-claims.ts'

/** The media type of a signed key bundle. */
export const bundleType = 'jwk-set+jwt'

/** Why a bundle is refused. `rollback`: it is older than one that was seen, or another of the same number. */
export type BundleRejectionCode = 'bundle_invalid' | 'bundle_expired' | 'bundle_rollback'

/** A bundle that was verified, or why not; `reason` is a constant word of ours, for the log. */
export type BundleResult =
  | { readonly ok: true; readonly value: KeyBundle; readonly mark: BundleMark }
  | { readonly ok: false; readonly rejection: { readonly code: BundleRejectionCode; readonly reason?: string } }

/** The newest bundle that was ever taken, to be kept across restarts: without it an old one could come back. */
export interface BundleMark {
  readonly sequence: number
  /** SHA-256 of what was signed, base64url. */
  readonly digest: string
  /** Thumbprints of all keys that bundles ever took back: one that lists such a key again is refused. */
  readonly revoked: readonly string[]
  /** Thumbprints of keys that were evicted before a bundle said so: bundles may still list them, nobody finds them. */
  readonly evicted?: readonly string[]
}

/** What a bundle is judged by. */
export interface BundleExpectation {
  readonly issuer: string
  /** The pinned root key. */
  readonly root: PublicJwk
  /** The newest bundle so far; left out for the very first one. */
  readonly mark?: BundleMark
}

const UNFIT_ROOT = 'The pinned root of a bundle is a public Ed25519 or P-256 key.'
const LONGEST_BUNDLE = 1_048_576
/** How far the issuer's clock may be ahead of ours, in seconds. */
const SKEW = 30

/** Takes a compact JWS. Throws a `TypeError` when the root is no key to sign with. */
export async function verifyKeyBundle(
  text: string,
  { issuer, root, mark }: BundleExpectation,
  { verifier, clock }: { readonly verifier: Verifier; readonly clock: Clock },
): Promise<BundleResult> {
  const algorithm = algorithmOf(root)
  if (algorithm === undefined) throw new TypeError(UNFIT_ROOT)
  const jws = readCompactJws(text, LONGEST_BUNDLE)
  if (!jws.ok) return refuseBundle('bundle_invalid', jws.reason)
  const { header, payload, signingInput, signature } = jws.value
  if (!isMediaType(header.typ, bundleType)) return refuseBundle('bundle_invalid', 'typ')
  if (bringsKey(header)) return refuseBundle('bundle_invalid', 'embedded_key')
  if (typeof header.alg !== 'string' || !fitsKey(root, header.alg)) return refuseBundle('bundle_invalid', 'alg')
  const rootKey = await verifier.importKey(root, algorithm)
  if (!rootKey.ok) throw new TypeError(UNFIT_ROOT)
  if (!(await verifier.verify(rootKey.value, signingInput, signature)))
    return refuseBundle('bundle_invalid', 'signature')

  const bundle = readBundle(payload)
  if (!bundle.ok) return refuseBundle('bundle_invalid', bundle.reason)
  if (bundle.value.issuer !== issuer) return refuseBundle('bundle_invalid', 'iss')
  const now = clock()
  if (bundle.value.issuedAt > now + SKEW) return refuseBundle('bundle_invalid', 'not_yet')
  const digest = await verifier.digest(signingInput)
  if (mark !== undefined) {
    if (bundle.value.sequence < mark.sequence) return refuseBundle('bundle_rollback', 'seq')
    // Two bundles of one number: one of them was not meant for us.
    if (bundle.value.sequence === mark.sequence && digest !== mark.digest) {
      return refuseBundle('bundle_rollback', 'fork')
    }
  }
  if (now >= bundle.value.expires) return refuseBundle('bundle_expired')
  const revoked = new Set([...(mark?.revoked ?? []), ...bundle.value.revoked.map(({ thumbprint }) => thumbprint)])
  const unfit = await findUnfitKey(bundle.value, { verifier, revoked, root: rootKey.value.thumbprint })
  if (unfit !== undefined) return refuseBundle('bundle_invalid', unfit)
  return { ok: true, value: bundle.value, mark: { sequence: bundle.value.sequence, digest, revoked: [...revoked] } }
}

/** A key that was taken back does not come back under another name, and the root signs bundles alone. */
async function findUnfitKey(
  { keys }: KeyBundle,
  { verifier, revoked, root }: { verifier: Verifier; revoked: ReadonlySet<string>; root: string },
): Promise<string | undefined> {
  for (const { jwk } of keys) {
    const thumbprint = await verifier.digest(thumbprintInput(jwk))
    if (revoked.has(thumbprint)) return 'revoked_key'
    if (thumbprint === root) return 'root_key'
  }
  return undefined
}

function refuseBundle(code: BundleRejectionCode, reason?: string): BundleResult {
  return { ok: false, rejection: reason === undefined ? { code } : { code, reason } }
}
