/** The token was not ended before its time, nor its grant, its client or its user (RFC 7009 §2, RFC 7662 §4). */
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Asked about every call, also with a token that was verified before; costs a look-up where the issuer has no feed. */
export const revocation: Check = (call, { revocations }) =>
  revocations.judge(established(call.token), established(call.credentials).token)
