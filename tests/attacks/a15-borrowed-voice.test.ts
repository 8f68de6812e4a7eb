/** A15: a trusted issuer attests an agent of another provider, or of another trust domain. */
import { obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { attestedAs } from '../support/attestation.ts'
import { callAttested } from '../support/attested-call.ts'
import { createPartner } from '../support/partner.ts'

const partner = await createPartner({ providers: ['partner'], trustDomain: 'partner.example' })
const common = { guard: { attestation: 'required', trust: partner.trust } } as const
const stopped = { stoppedBy: 'attestation_issuer_untrusted', status: 403 } as const

describeAttack({
  title: 'A15: an agent of a provider that the issuer does not speak for',
  common,
  weakened: { weakAttestation: ['any_provider'] },
  async run(deployment) {
    const holder = await obtainToken(deployment)
    const { clientId } = deployment.client
    return callAttested(holder, deployment, await partner.attest({ clientId, key: holder.key }))
  },
  ...stopped,
})

describeAttack({
  title: 'A15: a SPIFFE id of another trust domain',
  common,
  weakened: { weakAttestation: ['any_provider', 'no_client_binding'] },
  async run(deployment) {
    const holder = await obtainToken(deployment)
    const claims = { agent_identity: { ...attestedAs.identity, provider: 'partner' } }
    const spiffeId = 'spiffe://victim.example/agent'
    return callAttested(holder, deployment, await partner.attest({ clientId: spiffeId, key: holder.key, claims }))
  },
  ...stopped,
})
