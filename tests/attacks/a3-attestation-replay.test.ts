/** A3: a captured attestation is shown again by somebody who has not the agent's key. */
import { obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'
import { createPartner } from '../support/partner.ts'

describeAttack({
  title: 'A3: a captured attestation with the thief’s own token and key',
  common: attestedDeployment,
  weakened: { weakAttestation: ['no_key_binding'] },
  async run(deployment) {
    const { attestation } = await becomeAttested(deployment)
    // The same client, hijacked elsewhere: another token, another key.
    return callAttested(await obtainToken(deployment), deployment, attestation)
  },
  stoppedBy: 'attestation_key_mismatch',
  status: 403,
})

const partner = await createPartner({ acceptUnbound: true })

describeAttack({
  title: 'A3: an attestation that is bound to no key, shown by the agent and then by the thief',
  common: { durable: true, guard: { attestation: 'preferred', trust: partner.trust } },
  weakened: { weakAttestation: ['no_single_use'] },
  async run(deployment) {
    const { clientId } = deployment.client
    const attestation = await partner.attest({ clientId, claims: { aud: deployment.a.resource } })
    const first = await callAttested(await obtainToken(deployment), deployment, attestation)
    if (first.status !== 200) return first
    return callAttested(await obtainToken(deployment), deployment, attestation)
  },
  stoppedBy: 'attestation_replay',
  status: 403,
})
