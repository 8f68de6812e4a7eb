/** A2, A3, A7 at the token endpoint: what is shown there would speak for the agent at every server. */

import { createTrustList } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import {
  type AgentKey,
  type Answer,
  accessTokenOf,
  callTool,
  claimsOf,
  createAgentKey,
  createPartner,
  createStrangersKey,
  type Deployment,
  forge,
  requestAttested,
  tamper,
  toolCall,
} from '@countersign/lab'
import { describe, expect, it } from 'vitest'
import { verifies } from '../requirements/verifies.ts'
import { useDeployment } from '../support/attack.ts'

const partner = await createPartner({ issuer: 'https://anthropic.com' })
const common = { authorizationTrust: partner.trust, guard: { attestation: 'required' } } as const

/** The tool, by a token alone: what the authorization server verified is all that speaks for the agent. */
async function callWithToken(deployment: Deployment, key: AgentKey, answer: Answer): Promise<Answer> {
  const { resource } = deployment.a
  return answer.status === 200
    ? callTool({ token: accessTokenOf(answer), key }, resource, toolCall('read_notes'))
    : answer
}

describe('A3: at the token endpoint of an authorization server that trusts the issuer', () => {
  const deployment = useDeployment(common)

  it('a genuine attestation speaks for the agent that it is of, at the server too', async () => {
    const key = await createAgentKey()
    const attestation = await partner.attest({ clientId: deployment().client.clientId, key })
    const answer = await requestAttested(deployment(), key, attestation)
    expect(claimsOf(answer).agent).toMatchObject({ iss: 'https://anthropic.com', jkt: key.thumbprint })
    expect((await callWithToken(deployment(), key, answer)).status).toBe(200)
  })

  it.each<[string, string, (genuine: string, key: AgentKey) => string | Promise<string>]>([
    ['captured, under the thief’s own key', 'invalid_client_attestation', (genuine) => genuine],
    [
      'forged under a stranger’s key',
      'invalid_client_attestation',
      async (genuine, key) =>
        forge(genuine, await createStrangersKey(), { header: { jwk: undefined }, claims: bindTo(key) }),
    ],
    [
      'forged, with the key that it verifies with',
      'invalid_client_attestation',
      async (genuine, key) => forge(genuine, await createStrangersKey(), { claims: bindTo(key) }),
    ],
    [
      'rewritten to the thief’s key under the old signature',
      'invalid_client_attestation',
      (genuine, key) => tamper(genuine, bindTo(key)),
    ],
    [
      'made for a resource server',
      'invalid_client_attestation',
      (_genuine, key) => partner.attest({ clientId: 'agent', key, claims: { aud: 'https://notes.example/mcp' } }),
    ],
    [
      'of another client',
      'invalid_client_attestation',
      (_genuine, key) => partner.attest({ clientId: 'bearer-agent', key }),
    ],
    ['without a key', 'invalid_client_attestation', () => partner.attest({ clientId: 'agent' })],
    [
      'that is over',
      'use_fresh_attestation',
      (_genuine, key) => partner.attest({ clientId: 'agent', key, claims: { iat: 1000, nbf: 1000, exp: 1300 } }),
    ],
  ])(`${verifies('ABCA-7.4-1', 'ABCA-7.4-2')} an attestation that is %s gets no token`, async (_what, code, bend) => {
    const [owner, thief] = [await createAgentKey(), await createAgentKey()]
    const { clientId } = deployment().client
    const genuine = await partner.attest({ clientId, key: owner })
    // Shown to its owner's satisfaction first: what is captured was used.
    expect((await requestAttested(deployment(), owner, genuine)).status).toBe(200)
    const answer = await requestAttested(deployment(), thief, await bend(genuine, thief))
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code })
  })
})

describe('A3: at an authorization server that trusts nobody', () => {
  // What the attacks above would get if nothing were verified: here nothing is believed instead.
  const deployment = useDeployment({ ...common, authorizationTrust: createTrustList(createFastVerifier(), []) })

  it('no attestation gets a token, and without one the token speaks for no agent', async () => {
    const key = await createAgentKey()
    const attestation = await partner.attest({ clientId: deployment().client.clientId, key })
    expect((await requestAttested(deployment(), key, attestation)).code).toBe('invalid_client_attestation')
    const plain = await requestAttested(deployment(), key)
    expect(claimsOf(plain).agent).toBeUndefined()
    expect((await callWithToken(deployment(), key, plain)).code).toBe('attestation_required')
  })
})

function bindTo({ publicJwk }: AgentKey) {
  return { cnf: { jwk: publicJwk } }
}
