/** The agent is one that the server wants, and that what is called wants: each says for itself, and the strictest counts. */
import { judgeAttestation } from '@countersign/attestation/verify'
import { ok, refuse } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'
import { explainMissing } from './attestation.ts'
import type { Check } from './check.ts'

/** Tells, once for each call, of one that was served without the attestation that somebody prefers. */
export const attestationPolicy: Check = (call, context) => {
  if (!context.attestation.isAsked) return undefined
  const presented = call.agent === undefined ? undefined : ok(call.agent)
  let missed = false
  for (const policy of listPolicies(call, context)) {
    const standing = judgeAttestation(policy, presented)
    if (!standing.ok) {
      return presented === undefined ? refuse('attestation_required', explainMissing(call, context)) : standing
    }
    missed ||= standing.value.level === 'none' && standing.value.missed
  }
  if (missed) tellMissed(call, context)
  return undefined
}

function listPolicies(call: Call, { attestation: { policy } }: GuardContext) {
  const declared = established(call.requirements).flatMap(({ attestation }) => attestation ?? [])
  return policy === undefined ? declared : [policy, ...declared]
}

function tellMissed(call: Call, context: GuardContext): void {
  const { clientId } = established(call.token)
  context.events?.({ type: 'attestation_missed', clientId, reason: explainMissing(call, context) })
}
