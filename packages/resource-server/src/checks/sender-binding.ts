/** A token that is bound to a key is used with that key; one that is not, only where the operator said so (RFC 9449 §7.1). */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** A bound token that comes as `Bearer` is a stolen one until somebody proves the key. */
export const senderBinding: Check = (call, { bearer }) => {
  const { jkt } = established(call.token)
  const { scheme } = established(call.credentials)
  if (jkt === undefined) {
    return scheme === 'bearer' && bearer === 'allowed' ? undefined : refuse('invalid_token', 'unbound')
  }
  if (scheme === 'bearer') return refuse('missing_dpop_proof', 'scheme')
  return call.incoming.header('dpop').length === 0 ? refuse('missing_dpop_proof', 'header') : undefined
}
