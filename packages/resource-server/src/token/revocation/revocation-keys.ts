/** The names under which the revocation of a token would be published: worked out once, when it is verified. */
import type { Verifier } from '@countersign/core'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import { listActors } from '../delegation-claims.ts'
import type { ClaimedToken } from '../token-claims.ts'

type Named = readonly [RevocationKind, string]

/**
 * One key for each thing with which the token falls: itself and what it was exchanged from, its grant, everybody who
 * held it, its user, its key and those it was passed on under, the key of its attestation, its capabilities and what those were narrowed from.
 */
export async function listRevocationKeys(token: ClaimedToken, verifier: Verifier): Promise<readonly string[]> {
  const keys = new Set<string>()
  for (const [kind, id] of listNames(token)) keys.add(await revocationKey(verifier, kind, token.issuer, id))
  return [...keys]
}

function listNames({ clientId, subject, ...token }: ClaimedToken): readonly Named[] {
  const { tokenId, derivedFrom, derivedKeys, grantId, act, jkt, attestationKey, granted = [] } = token
  const name = (kind: RevocationKind, ids: readonly (string | undefined)[]): readonly Named[] =>
    ids.flatMap((id): readonly Named[] => (id === undefined ? [] : [[kind, id]]))
  return [
    ...name('token', [tokenId, ...(derivedFrom ?? [])]),
    ...name('grant', [grantId]),
    ...name('client', [clientId, ...listActors(act)]),
    ...name('subject', [subject]),
    ...name('agent', [jkt, ...(derivedKeys ?? [])]),
    ...name('attestation_key', [attestationKey?.keyThumbprint]),
    ...name(
      'capability',
      granted.flatMap(({ id, ancestors = [] }) => [id, ...ancestors.map((ancestor) => ancestor.id)]),
    ),
  ]
}
