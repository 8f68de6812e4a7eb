/** The caller holds the token's key, now, for this request (RFC 9449 §4.3). */
import { type Result, refuse } from '@countersign/core'
import type { VerifiedProof } from '@countersign/dpop'
import { type Call, established } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Check, Objection } from './check.ts'

/** Establishes `proof`. `htu` is compared with the configured endpoint; the request's own `Host` has no say in it. */
export const proof: Check = (call, context) => {
  const { jkt, ath } = established(call.token)
  const sent = call.incoming.header('dpop')
  const text = sent[0]
  if (jkt === undefined || text === undefined) return undefined
  if (sent.length > 1) return refuse('invalid_dpop_proof', 'several')
  if (text.length > context.limits.proofLength) return refuse('headers_too_large', 'dpop')
  context.degraded?.noteEpoch(call)
  const expected = { method: call.incoming.method, endpoint: context.endpoint, ath, jkt }
  const verified = context.proofs.verify(text, expected)
  if (verified instanceof Promise) return verified.then((result) => establish(call, context, result))
  return establish(call, context, verified)
}

function establish(call: Call, { degraded }: GuardContext, verified: Result<VerifiedProof>): Objection {
  if (!verified.ok) return degraded?.judgeRefused(verified) ?? verified
  const objection = degraded?.judgeProof(verified.value)
  if (objection === undefined) call.proof = verified.value
  return objection
}
