/** A8: an agent whose safeguards are too low for the policy: by a changed claim, or honestly. */
import { describeAttack } from '../support/attack.ts'
import { attestedAs, tamper } from '../support/attestation.ts'
import { becomeAttested, callAttested } from '../support/attested-call.ts'

/** The deployments of these tests are attested as `standard`. */
const common = {
  attestation: 'guards',
  guard: { attestation: { presence: 'required', minimumSafetyLevel: 'enhanced' } },
} as const

describeAttack({
  title: 'A8: the safety level raised under the old signature',
  common,
  weakened: { weakAttestation: ['no_signature'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    const attestation_metadata = { ...attestedAs.metadata, safety_level: 'enhanced' }
    return callAttested(holder, deployment, tamper(holder.attestation, { attestation_metadata }))
  },
  stoppedBy: 'attestation_invalid',
  status: 403,
})

describeAttack({
  title: 'A8: a safety level that is honestly too low',
  common,
  weakened: { weak: ['attestation_policy'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    return callAttested(holder, deployment, holder.attestation)
  },
  stoppedBy: 'attestation_policy',
  status: 403,
})
