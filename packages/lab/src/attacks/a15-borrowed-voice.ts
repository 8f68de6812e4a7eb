/** A15: a trusted issuer attests an agent of another provider, or of another trust domain. */
import type { Attack } from '../attack.ts'
import { obtainToken } from '../scene/agent.ts'
import { attestedAs } from '../scene/attestation.ts'
import { callAttested } from '../scene/attested-call.ts'

const common = {
  partner: { providers: ['partner'], trustDomain: 'partner.example' },
  guard: { attestation: 'required' },
} as const
const stopped = { stoppedBy: 'attestation_issuer_untrusted', status: 403 } as const

/** Trusted, and not for this. */
export const borrowedVoice: Attack = {
  id: 'A15',
  title: "A trusted issuer attests another provider's agent, or one of another trust domain",
  source: { document: 'ours', section: 'what a trusted issuer may speak for' },
  needs: 'a trust list on which a name stands for everything',
  steps: [
    'The attacker holds the key of an issuer that is trusted for its own agents.',
    'It attests an agent that is somebody else’s.',
  ],
  analog: 'A certificate authority of one country that signs for the mail server of another.',
  variants: [
    {
      title: 'An agent of a provider that the issuer does not speak for',
      common,
      weakened: { weakAttestation: ['any_provider'] },
      async run(scene) {
        const holder = await obtainToken(scene)
        const { clientId } = scene.client
        return callAttested(holder, scene, await scene.partner.attest({ clientId, key: holder.key }))
      },
      ...stopped,
    },
    {
      title: 'A SPIFFE id of another trust domain',
      common,
      weakened: { weakAttestation: ['any_provider', 'no_client_binding'] },
      async run(scene) {
        const holder = await obtainToken(scene)
        const claims = { agent_identity: { ...attestedAs.identity, provider: 'partner' } }
        const attested = { clientId: 'spiffe://victim.example/agent', key: holder.key, claims }
        return callAttested(holder, scene, await scene.partner.attest(attested))
      },
      ...stopped,
    },
  ],
}
