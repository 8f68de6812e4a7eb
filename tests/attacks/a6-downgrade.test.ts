/** A6: the attestation left out, forged where it may be left out, or said to be of an older version. */
import { callTool, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { createStrangersKey, forge } from '../support/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../support/attested-call.ts'

describeAttack({
  title: 'A6: the attestation left out',
  common: attestedDeployment,
  weakened: { weak: ['attestation_policy'] },
  run: async (deployment) => callTool(await obtainToken(deployment), deployment.a.resource, toolCall('read_notes')),
  stoppedBy: 'attestation_required',
  status: 403,
})

describeAttack({
  title: 'A6: the attestation of the first call left out of the second',
  common: attestedDeployment,
  weakened: { weak: ['attestation_policy'] },
  async run(deployment) {
    const holder = await becomeAttested(deployment)
    await callAttested(holder, deployment, holder.attestation)
    return callTool(holder, deployment.a.resource, toolCall('read_notes'))
  },
  stoppedBy: 'attestation_required',
  status: 403,
})

for (const presence of ['preferred', 'optional'] as const) {
  describeAttack({
    title: `A6: a forged attestation where one is ${presence}`,
    common: { attestation: 'guards', guard: { attestation: presence } },
    weakened: { weak: ['forged_is_missing'] },
    async run(deployment) {
      const holder = await becomeAttested(deployment)
      const forged = await forge(holder.attestation, await createStrangersKey(), { header: { jwk: undefined } })
      return callAttested(holder, deployment, forged)
    },
    stoppedBy: 'attestation_invalid',
    status: 403,
  })
}
