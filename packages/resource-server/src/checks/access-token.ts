/** The token is one that a trusted issuer signed (RFC 9068 §4). */
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Establishes `token`. */
export const accessToken: Check = async (call, { readToken }) => {
  const token = await readToken(established(call.credentials).token)
  if (!token.ok) return token
  call.token = token.value
  return undefined
}
