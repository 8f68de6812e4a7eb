/** The caller holds the token's key, now, for this request (RFC 9449 §4.3). */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Establishes `proof`. `htu` is compared with the configured endpoint; the request's own `Host` has no say in it. */
export const proof: Check = async (call, context) => {
  const { jkt, ath } = established(call.token)
  const sent = call.incoming.header('dpop')
  const text = sent[0]
  if (jkt === undefined || text === undefined) return undefined
  if (sent.length > 1) return refuse('invalid_dpop_proof', 'several')
  if (text.length > context.limits.proofLength) return refuse('headers_too_large', 'dpop')
  context.degraded?.noteEpoch(call)
  const expected = { method: call.incoming.method, endpoint: context.endpoint, ath, jkt }
  const verified = await context.proofs.verify(text, expected)
  if (!verified.ok) return context.degraded?.judgeRefused(verified) ?? verified
  const objection = context.degraded?.judgeProof(verified.value)
  if (objection === undefined) call.proof = verified.value
  return objection
}
