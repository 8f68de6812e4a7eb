/** The token is one that a trusted issuer signed (RFC 9068 §4). */
import type { Result } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { AccessToken } from '../token/access-token.ts'
import type { Check, Objection } from './check.ts'

/** Establishes `token`; at once when it was verified before. */
export const accessToken: Check = (call, { readToken }) => {
  const read = readToken(established(call.credentials).token)
  return read instanceof Promise ? read.then((token) => establish(call, token)) : establish(call, read)
}

function establish(call: Call, token: Result<AccessToken>): Objection {
  if (!token.ok) return token
  call.token = token.value
  return undefined
}
