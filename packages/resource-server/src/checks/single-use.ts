/** A proof is good for one call (RFC 9449 §11.1): its id is spent, atomically, and kept until it can't be accepted any more. */
import { refuse, spendKey } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from './check.ts'

/**
 * Runs last, and also when another check has refused: a refused call must not stay replayable, nor one proof
 * probe twice. Refuses `replay_detected`, or `ledger_unavailable` when nobody can say.
 */
export const singleUse: Check = async (call, { ledger, verifier, resource, limits }) => {
  if (call.proof === undefined) return undefined
  const { jkt, jti, retainUntil } = call.proof
  // The body may have come in after the proof was judged.
  const until = retainUntil + limits.bodySeconds
  const parts = spendKey(verifier, [established(call.token).issuer, jkt, resource, jti])
  const key = parts instanceof Promise ? await parts : parts
  try {
    const outcome = await ledger.spend([{ kind: 'proof', key, limit: 1, until }])
    return outcome.spent ? undefined : refuse('replay_detected')
  } catch {
    return refuse('ledger_unavailable')
  }
}
