/** A8: an agent whose safeguards are too low for the policy: by a changed claim, or honestly. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { attestedAs, tamper } from '../scene/attestation.ts'
import { becomeAttested, callAttested } from '../scene/attested-call.ts'

/** The deployments of the scenes are attested as `standard`. */
const common = {
  attestation: 'guards',
  guard: { attestation: { presence: 'required', minimumSafetyLevel: 'enhanced' } },
} as const

/** Genuine, and not good enough. */
export const safetyDowngrade: Attack = {
  id: 'A8',
  title: 'An agent whose safeguards are too low: by a changed claim, or honestly',
  source: { document: 'threat-analysis', section: '2, Safety Downgrade' },
  needs: 'no look at the signature, or none at what the attestation says',
  steps: ['The server wants agents with enhanced safeguards.', 'This one has standard ones, and says so, or lies.'],
  analog: 'A driving licence for the wrong class.',
  variants: [
    {
      title: 'The safety level raised under the old signature',
      common,
      weakened: { weakAttestation: ['no_signature'] },
      async run(scene) {
        const holder = await becomeAttested(scene)
        const attestation_metadata = { ...attestedAs.metadata, safety_level: 'enhanced' }
        const bent = tamper(holder.attestation, { attestation_metadata })
        return asAttacker(() => callAttested(holder, scene, bent))
      },
      stoppedBy: 'attestation_invalid',
      status: 403,
    },
    {
      title: 'A safety level that is honestly too low',
      common,
      weakened: { weak: ['attestation_policy'] },
      async run(scene) {
        const holder = await becomeAttested(scene)
        return callAttested(holder, scene, holder.attestation)
      },
      stoppedBy: 'attestation_policy',
      status: 403,
    },
  ],
}
