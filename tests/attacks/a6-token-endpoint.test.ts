/** A6 at the token endpoint: attested once, and never again. */
import { expect } from 'vitest'
import { callTool, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { accessTokenOf, claimsOf, postAttested, requestAttested } from '../support/attested-token.ts'
import { obtainCode, redemption, refreshment, tokensOf } from '../support/authorization.ts'
import type { Deployment } from '../support/deployment.ts'
import { createPartner } from '../support/partner.ts'
import { type AgentKey, type Answer, createAgentKey } from '../support/wire.ts'

const partner = await createPartner()

/** A person's app, attested when the person logged in. */
async function logInAttested(deployment: Deployment, key: AgentKey): Promise<Answer> {
  const { code, verifier } = await obtainCode(deployment)
  const attestation = await partner.attest({ clientId: deployment.publicClient.clientId, key })
  const form = async () => redemption(deployment, code, verifier)
  const answer = await postAttested(deployment, form, { key, attestation })
  expect(claimsOf(answer).agent).toMatchObject({ level: 'provider' })
  return answer
}

describeAttack({
  title: 'A6: what was attested at the login, refreshed by whatever runs there now',
  common: { authorizationTrust: partner.trust, guard: { attestation: 'required' } },
  weakened: { authorization: { weaknesses: ['agent_claim_copied'] } },
  async run(deployment) {
    const key = await createAgentKey()
    const { refresh } = tokensOf(await logInAttested(deployment, key))
    const refreshed = await postAttested(deployment, async () => refreshment(deployment, refresh), { key })
    return callTool({ token: accessTokenOf(refreshed), key }, deployment.a.resource, toolCall('read_notes'))
  },
  stoppedBy: 'attestation_required',
  status: 403,
})

describeAttack({
  title: 'A6: a refresh without the attestation that the client has to bring',
  common: { authorizationTrust: partner.trust, clientAttestation: 'required' },
  weakened: { clientAttestation: 'optional' },
  async run(deployment) {
    const key = await createAgentKey()
    const { refresh } = tokensOf(await logInAttested(deployment, key))
    return postAttested(deployment, async () => refreshment(deployment, refresh), { key })
  },
  stoppedBy: 'invalid_client_attestation',
  status: 400,
})

describeAttack({
  title: 'A6: a token request without the attestation that the client has to bring',
  common: { authorizationTrust: partner.trust, clientAttestation: 'required' },
  weakened: { clientAttestation: 'optional' },
  run: async (deployment) => requestAttested(deployment, await createAgentKey()),
  stoppedBy: 'invalid_client_attestation',
  status: 400,
})
