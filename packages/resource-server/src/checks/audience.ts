/** The token was issued for this server and no other (RFC 8707 §2, RFC 9068 §4): the confused deputy stops here. */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Compares character by character with what the token's issuer calls this server: the resource, where nothing else is said. */
export const audience: Check = (call, { issuers }) => {
  const token = established(call.token)
  const issuer = established(issuers.get(token.issuer))
  if (token.audience.includes(issuer.audience)) return undefined
  const isWaived = token.audience.length === 0 && issuer.acceptMissingAudience
  return isWaived ? undefined : refuse('invalid_token', 'audience')
}
