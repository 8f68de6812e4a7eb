/** Exactly one `Authorization` header, with one token of a scheme that is served here (RFC 6750 §2.1, RFC 9449 §7.1). */
import { refuse } from '@countersign/core'
import type { Credentials } from '../call.ts'
import type { Check } from './check.ts'

/** Establishes `credentials`. Two headers are refused, not chosen from: another reader may choose the other one. */
export const credentials: Check = (call, { limits }) => {
  const sent = call.incoming.header('authorization')
  const authorization = sent[0]
  if (authorization === undefined) return refuse('missing_token')
  if (sent.length > 1) return refuse('malformed_request', 'several_authorization_headers')
  if (authorization.length > limits.tokenLength + 'Bearer '.length) return refuse('headers_too_large', 'authorization')
  const parsed = parseAuthorization(authorization)
  if (parsed === undefined) return refuse('invalid_token', 'syntax')
  call.credentials = parsed
  return undefined
}

/** Schemes compare without case (RFC 9110 §11.1). What the token may look like is for its reader, who is strict. */
function parseAuthorization(value: string): Credentials | undefined {
  const space = value.indexOf(' ')
  if (space < 0) return undefined
  const scheme = value.slice(0, space).toLowerCase()
  const token = value.slice(space + 1)
  if (scheme !== 'dpop' && scheme !== 'bearer') return undefined
  return { scheme, token }
}
