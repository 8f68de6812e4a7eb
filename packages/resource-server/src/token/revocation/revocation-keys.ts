/** The names under which the revocation of a token would be published: worked out once, when it is verified. */
import type { Verifier } from '@countersign/core'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import type { ClaimedToken } from '../token-claims.ts'

/** One key for each thing of which the token is part: itself, its grant, its client, its user. */
export async function listRevocationKeys(
  { issuer, tokenId, grantId, clientId, subject }: ClaimedToken,
  verifier: Verifier,
): Promise<readonly string[]> {
  const named: Readonly<Record<RevocationKind, string | undefined>> = {
    token: tokenId,
    grant: grantId,
    client: clientId,
    subject,
  }
  const keys: string[] = []
  for (const kind of ['token', 'grant', 'client', 'subject'] as const) {
    const id = named[kind]
    if (id !== undefined) keys.push(await revocationKey(verifier, kind, issuer, id))
  }
  return keys
}
