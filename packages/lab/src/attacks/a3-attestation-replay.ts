/** A3: a captured attestation is shown again by somebody who has not the agent's key. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken } from '../scene/agent.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'

/** Genuine, and somebody else's. */
export const attestationReplay: Attack = {
  id: 'A3',
  title: "A captured attestation is used again, or used without the agent's key",
  source: { document: 'threat-analysis', section: '2, Token Replay' },
  needs: 'attestations that are good for whoever holds them',
  steps: [
    'The attacker captures the attestation of an honest agent.',
    'It shows it beside a token and a key of its own.',
  ],
  analog: 'A session cookie that was copied.',
  variants: [
    {
      title: 'A captured attestation with the thief’s own token and key',
      common: attestedDeployment,
      weakened: { weakAttestation: ['no_key_binding'] },
      async run(scene) {
        const { attestation } = await becomeAttested(scene)
        // The same client, hijacked elsewhere: another token, another key.
        return asAttacker(async () => callAttested(await obtainToken(scene), scene, attestation))
      },
      stoppedBy: 'attestation_key_mismatch',
      status: 403,
    },
    {
      title: 'An attestation that is bound to no key, shown by the agent and then by the thief',
      common: { durable: true, partner: { acceptUnbound: true }, guard: { attestation: 'preferred' } },
      weakened: { weakAttestation: ['no_single_use'] },
      async run(scene) {
        const { clientId } = scene.client
        const attestation = await scene.partner.attest({ clientId, claims: { aud: scene.a.resource } })
        const first = await callAttested(await obtainToken(scene), scene, attestation)
        if (first.status !== 200) return first
        return asAttacker(async () => callAttested(await obtainToken(scene), scene, attestation))
      },
      stoppedBy: 'attestation_replay',
      status: 403,
    },
  ],
}
