/** What a signed key bundle of this issuer has to say: which keys count until when, and which never again. */
import { type KeyLifePolicy, listPublishedKeys, type SigningKey } from '@countersign/attestation/issue'
import type { KeyBundle } from '@countersign/attestation/trust'
import { type PublicJwk, thumbprintInput, type Verifier } from '@countersign/core'
import type { KeySnapshot } from '../store/key-store.ts'

/** What a bundle is written from. */
export interface BundleParts {
  readonly issuer: string
  readonly policy: KeyLifePolicy
  /** Seconds. */
  readonly lifetime: number
  readonly verifier: Verifier
}

/** Takes the keys, the number for the bundle and the time; yields the bundle, unsigned. */
export async function writeBundleContent(
  { issuer, policy, lifetime, verifier }: BundleParts,
  { keys }: Pick<KeySnapshot, 'keys'>,
  { sequence, now }: { readonly sequence: number; readonly now: number },
): Promise<KeyBundle> {
  const issuedAt = Math.floor(now)
  const revoked = []
  for (const key of keys) {
    if (key.state !== 'revoked') continue
    const thumbprint = await thumbprintOf(key.publicJwk, verifier)
    revoked.push({ keyId: key.keyId, thumbprint, reason: key.reason, revokedAt: key.revokedAt })
  }
  const published = listPublishedKeys(keys, now, policy).map((key) => ({
    keyId: key.keyId,
    jwk: key.publicJwk,
    expires: trustedUntil(key, now, policy),
  }))
  return { issuer, sequence, issuedAt, expires: issuedAt + lifetime, keys: published, revoked }
}

/** The RFC 7638 thumbprint of a key. */
export async function thumbprintOf(jwk: PublicJwk, verifier: Verifier): Promise<string> {
  return verifier.digest(thumbprintInput(jwk))
}

/** A key is trusted for as long as something that it signed may live. */
function trustedUntil(key: SigningKey, now: number, { activeFor, overlap, publishAhead }: KeyLifePolicy): number {
  switch (key.state) {
    case 'prepared':
      // As if it began to sign as soon as it may; the bundle that tells of that says it exactly.
      return Math.ceil(Math.max(now, key.preparedAt + publishAhead) + activeFor + overlap)
    case 'active':
      return Math.ceil(key.expires + overlap)
    case 'retired':
      return Math.ceil(key.publishedUntil)
    case 'revoked':
      return Math.floor(key.revokedAt)
  }
}
