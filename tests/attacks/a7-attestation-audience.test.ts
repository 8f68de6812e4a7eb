/** A7: an attestation for server A is shown to server B; one that names both. */
import { obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'
import { createPartner } from '../support/partner.ts'

describeAttack({
  title: 'A7: an attestation for another server',
  common: attestedDeployment,
  weakened: { weakAttestation: ['no_audience'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment, { audience: deployment.b.resource })
    return callAttested(holder, deployment, holder.attestation)
  },
  stoppedBy: 'attestation_audience_mismatch',
  status: 403,
})

const partner = await createPartner()

describeAttack({
  title: 'A7: an attestation for two servers, of which this is one',
  common: { guard: { attestation: 'required', trust: partner.trust } },
  weakened: { weakAttestation: ['no_audience'] },
  async run(deployment) {
    const holder = await obtainToken(deployment)
    const aud = [deployment.a.resource, deployment.b.resource]
    const { clientId } = deployment.client
    return callAttested(holder, deployment, await partner.attest({ clientId, key: holder.key, claims: { aud } }))
  },
  stoppedBy: 'attestation_audience_mismatch',
  status: 403,
})
