/** The token's time has come and is not over (RFC 7519 §4.1.4, §4.1.5). */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** How far ahead of ours the issuer's clock may be before its new tokens are too new for us, in seconds. */
const issuerClockAhead = 5

/** No tolerance after `exp`: a short life is worth nothing if it is stretched. */
export const validity: Check = (call, { clock }) => {
  const { expires, notBefore } = established(call.token)
  const now = clock()
  if (now >= expires) return refuse('invalid_token', 'expired')
  return now + issuerClockAhead < notBefore ? refuse('invalid_token', 'not_yet_valid') : undefined
}
