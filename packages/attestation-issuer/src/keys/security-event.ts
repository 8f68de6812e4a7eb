/** The word that a key was stolen (RFC 8417), signed by whoever may say so. */
import { type AttestationSigner, makeSecurityEvent } from '@countersign/attestation/issue'
import { type Clock, thumbprintInput, type Verifier } from '@countersign/core'
import type { CurrentKeys } from './current-keys.ts'

/** What an event is signed with. */
export interface SecurityEventParts {
  readonly issuer: string
  readonly current: CurrentKeys
  readonly root: AttestationSigner | undefined
  readonly verifier: Verifier
  readonly clock: Clock
}

/** Yields the event about a revoked key for one audience; throws a `TypeError` for any other key. */
export async function signSecurityEvent(
  { issuer, current, root, verifier, clock }: SecurityEventParts,
  keyId: string,
  audience: string,
): Promise<string> {
  const key = current.read().keys.find((candidate) => candidate.keyId === keyId)
  if (key?.state !== 'revoked') {
    throw new TypeError('A security event is about a key that was revoked: revoke it first.')
  }
  // A stolen key may still tell of itself: that is why the private half of a revoked one is kept.
  const signer = root ?? (await current.signerOf(keyId))
  if (signer === undefined) throw new TypeError('There is neither a root nor this key to sign the event with.')
  const keyThumbprint = await verifier.digest(thumbprintInput(key.publicJwk))
  return makeSecurityEvent(signer, { issuer, audience, issuedAt: Math.floor(clock()), keyThumbprint })
}
