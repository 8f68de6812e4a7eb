/** The names under which the revocation of a token would be published: worked out once, when it is verified. */
import type { Verifier } from '@countersign/core'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import type { ClaimedToken } from '../token-claims.ts'

/** One key for each thing with which the token falls: itself, its grant, its client, its user, its key, the key of its attestation. */
export async function listRevocationKeys(
  { issuer, tokenId, grantId, clientId, subject, jkt, attestationKey }: ClaimedToken,
  verifier: Verifier,
): Promise<readonly string[]> {
  const named: readonly (readonly [RevocationKind, string | undefined])[] = [
    ['token', tokenId],
    ['grant', grantId],
    ['client', clientId],
    ['subject', subject],
    ['agent', jkt],
    ['attestation_key', attestationKey?.keyThumbprint],
  ]
  const keys: string[] = []
  for (const [kind, id] of named) {
    if (id !== undefined) keys.push(await revocationKey(verifier, kind, issuer, id))
  }
  return keys
}
