/** A6: the attestation left out, forged where it may be left out, in the weaker carriage, or not renewed. */
import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import type { Attack, AttackVariant } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { callTool, obtainToken, toolCall } from '../scene/agent.ts'
import { createStrangersKey, forge } from '../scene/attestation.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'
import { accessTokenOf, postAttested, requestAttested } from '../scene/attested-token.ts'
import { obtainCode, redemption, refreshment, tokensOf } from '../scene/authorization.ts'
import { callInAttestedSession, legacyIssuer, signLegacyAttestation } from '../scene/legacy-attestation.ts'
import type { Scene } from '../scene/scene.ts'
import { createSessionfulHandler } from '../scene/sessionful-handler.ts'
import { type AgentKey, createAgentKey } from '../scene/wire.ts'

const body = toolCall('read_notes')

function forgingWhere(presence: 'preferred' | 'optional'): AttackVariant {
  return {
    title: `A forged attestation where one is ${presence}`,
    common: { attestation: 'guards', guard: { attestation: presence } },
    weakened: { weak: ['forged_is_missing'] },
    async run(scene) {
      const holder = await becomeAttested(scene)
      const forged = await forge(holder.attestation, await createStrangersKey(), { header: { jwk: undefined } })
      return asAttacker(() => callAttested(holder, scene, forged))
    },
    stoppedBy: 'attestation_invalid',
    status: 403,
  }
}

const atTheTokenEndpoint = { partner: {}, partnerTrustedBy: 'authorization server' } as const

/** A person's app, attested when the person logged in; yields its refresh token. */
async function logInAttested(scene: Scene, key: AgentKey): Promise<string> {
  const { code, verifier } = await obtainCode(scene)
  const attestation = await scene.partner.attest({ clientId: scene.publicClient.clientId, key })
  const answer = await postAttested(scene, async () => redemption(scene, code, verifier), { key, attestation })
  const { agent } = decodeJwt<{ agent?: { level?: string } }>(accessTokenOf(answer))
  assert.equal(agent?.level, 'provider')
  return tokensOf(answer).refresh
}

/** Whoever asks for less gets away with less. */
export const downgrade: Attack = {
  id: 'A6',
  title: 'The attestation is left out, forged where it may be left out, or not renewed',
  source: { document: 'threat-analysis', section: '2, Downgrade Attack' },
  needs: 'a server that takes a bad attestation for a missing one, or does not insist',
  steps: [
    'The attacker has no attestation, or one of yesterday.',
    'It calls without, with a forged one, or with a token that was refreshed without one.',
  ],
  analog: 'A secure connection that somebody on the way talks down to a plain one.',
  variants: [
    {
      title: 'The attestation left out',
      common: attestedDeployment,
      weakened: { weak: ['attestation_policy'] },
      run: async (scene) => callTool(await obtainToken(scene), scene.a.resource, body),
      stoppedBy: 'attestation_required',
      status: 403,
    },
    {
      title: 'The attestation of the first call left out of the second',
      common: attestedDeployment,
      weakened: { weak: ['attestation_policy'] },
      async run(scene) {
        const holder = await becomeAttested(scene)
        await callAttested(holder, scene, holder.attestation)
        return callTool(holder, scene.a.resource, body)
      },
      stoppedBy: 'attestation_required',
      status: 403,
    },
    forgingWhere('preferred'),
    forgingWhere('optional'),
    {
      title: 'The legacy carriage, for a tool that requires an attestation',
      common: {
        durable: true,
        handler: createSessionfulHandler,
        partner: legacyIssuer,
        guard: {
          attestation: 'preferred',
          tools: { read_notes: { scopes: ['notes:read'], attestation: 'required' } },
        },
      },
      weakened: { weak: ['attestation_policy'] },
      run: async (scene) =>
        callInAttestedSession(scene, await signLegacyAttestation(scene.partner.signer, scene.a.resource)),
      stoppedBy: 'attestation_required',
      status: 403,
    },
    {
      title: 'What was attested at the login, refreshed by whatever runs there now',
      common: { ...atTheTokenEndpoint, guard: { attestation: 'required' } },
      weakened: { authorization: { weaknesses: ['agent_claim_copied'] } },
      async run(scene) {
        const key = await createAgentKey()
        const refresh = await logInAttested(scene, key)
        const refreshed = await postAttested(scene, async () => refreshment(scene, refresh), { key })
        return callTool({ token: accessTokenOf(refreshed), key }, scene.a.resource, body)
      },
      stoppedBy: 'attestation_required',
      status: 403,
    },
    {
      title: 'A refresh without the attestation that the client has to bring',
      common: { ...atTheTokenEndpoint, clientAttestation: 'required' },
      weakened: { weakSettings: ['client_attestation_optional'] },
      async run(scene) {
        const key = await createAgentKey()
        const refresh = await logInAttested(scene, key)
        return postAttested(scene, async () => refreshment(scene, refresh), { key })
      },
      stoppedBy: 'invalid_client_attestation',
      status: 400,
    },
    {
      title: 'A token request without the attestation that the client has to bring',
      common: { ...atTheTokenEndpoint, clientAttestation: 'required' },
      weakened: { weakSettings: ['client_attestation_optional'] },
      run: async (scene) => requestAttested(scene, await createAgentKey()),
      stoppedBy: 'invalid_client_attestation',
      status: 400,
    },
  ],
}
