/** One text for one proof (RFC 9449 §4.3): what jose would read with a forgiving eye is refused here. */
import { readCompactJws } from '@countersign/core'
import type { Middleware } from 'oidc-provider'
import type { Log } from '../log.ts'

/** Characters of a proof, at most. */
const MAX_PROOF_LENGTH = 4096

/**
 * Creates middleware that refuses a `DPoP` header that is not one strict compact JWS: padding, blanks, altered trailing
 * bits, duplicate members, or two headers, which Node joins with a comma.
 */
export function createStrictProof(log: Log): Middleware {
  return async (ctx, next) => {
    const proof = ctx.get('DPoP')
    if (proof === '' || readCompactJws(proof, MAX_PROOF_LENGTH).ok) return next()
    log({ type: 'token_refused', error: 'invalid_dpop_proof' })
    ctx.status = 400
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { error: 'invalid_dpop_proof', error_description: 'the DPoP header is not one strict compact JWS' }
  }
}
