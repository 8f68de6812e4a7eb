/** A7: an attestation for server A is shown to server B; one that names both. */
import type { Attack } from '../attack.ts'
import { obtainToken } from '../scene/agent.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'

/** Made for one, shown to another. */
export const attestationAudience: Attack = {
  id: 'A7',
  title: 'An attestation for one server is shown to another',
  source: { document: 'threat-analysis', section: '2, Audience Mismatch; 6.2 Single Audience Claim' },
  needs: 'a server that does not look whom an attestation is for',
  steps: [
    'The agent has an attestation for another server, or for two of them.',
    'It, or whoever runs the other server, shows it to this one.',
  ],
  analog: 'A visitor’s pass of the house next door.',
  variants: [
    {
      title: 'An attestation for another server',
      common: attestedDeployment,
      weakened: { weakAttestation: ['no_audience'] },
      async run(scene) {
        const holder = await becomeAttested(scene, { audience: scene.b.resource })
        return callAttested(holder, scene, holder.attestation)
      },
      stoppedBy: 'attestation_audience_mismatch',
      status: 403,
    },
    {
      title: 'An attestation for two servers, of which this is one',
      common: { partner: {}, guard: { attestation: 'required' } },
      weakened: { weakAttestation: ['no_audience'] },
      async run(scene) {
        const holder = await obtainToken(scene)
        const claims = { aud: [scene.a.resource, scene.b.resource] }
        const { clientId } = scene.client
        return callAttested(holder, scene, await scene.partner.attest({ clientId, key: holder.key, claims }))
      },
      stoppedBy: 'attestation_audience_mismatch',
      status: 403,
    },
  ],
}
