/** A rejection as an HTTP response: a generic problem document (RFC 9457) with our code, and the challenge. */
import { type Rejection, type RejectionCode, rejections } from '@countersign/core'
import type { GuardContext } from '../guard-context.ts'
import { createChallenge } from './challenge.ts'

/** `reason` stays here: a caller learns which rule refused, not which comparison failed. */
export function createRefusal(rejection: Rejection, nonce: string | undefined, context: GuardContext): Response {
  const { status } = rejections[rejection.code]
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  const challenge = createChallenge(rejection, context)
  if (challenge !== undefined) headers.set('www-authenticate', challenge)
  if (nonce !== undefined) headers.set('dpop-nonce', nonce)
  if (status === 405) headers.set('allow', 'POST, GET, DELETE')
  if (rejection.retryAfter !== undefined) headers.set('retry-after', String(rejection.retryAfter))
  if (status === 503) headers.set('retry-after', String(findRetryAfter(rejection.code)))
  // The rest of a body that nobody will read.
  if (status === 408 || status === 413) headers.set('connection', 'close')
  return new Response(describeProblem(rejection), { status, headers })
}

/** Whole seconds. The ledger looks every second whether its store is back: not everybody is to come at once then. */
function findRetryAfter(code: RejectionCode): number {
  return code === 'ledger_unavailable' ? 1 + Math.floor(Math.random() * 3) : 5
}

/** The problem document of a rejection, as JSON text. */
export function describeProblem({ code, scopes, remediation, retryAfter }: Rejection): string {
  const { status, summary } = rejections[code]
  return JSON.stringify({
    title: summary,
    status,
    code,
    ...(scopes !== undefined && { scope: scopes.join(' ') }),
    ...(remediation !== undefined && { authorization_details: remediation }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  })
}
