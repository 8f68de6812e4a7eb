/** One call for each rejection code that has to do with the agent, refused with exactly it. */

import { createAgentKey } from './agent.test-fixture.ts'
import { createAttester } from './attester.test-fixture.ts'
import { createDurableLedger } from './durable-ledger.test-fixture.ts'
import type { Members } from './issuer.test-fixture.ts'
import type { Refusal } from './refusals.test-fixture.ts'
import type { Scene, SceneOptions } from './scene.test-fixture.ts'

const attester = await createAttester()
const stranger = await createAttester('https://stranger.example')
const otherAgent = await createAgentKey()
const trusting: SceneOptions = { attesters: [attester.line()] }

/** A good call with an attestation that isn't. */
const show = (claims: Members, of = attester) => ({
  options: trusting,
  arrange: async (scene: Scene) => {
    const attestation = await of.attest(scene.agent, claims)
    return scene.request({ headers: { 'oauth-client-attestation': attestation } })
  },
})

const refused = { status: 403, error: 'invalid_client_attestation' } as const

/** In the order of the table in core. */
export const attestationRefusals: readonly Refusal[] = [
  {
    code: 'attestation_required',
    ...refused,
    options: { attestation: 'required' },
    arrange: (scene) => scene.request(),
  },
  { code: 'attestation_invalid', ...refused, ...show({ sub: 'agent-2' }) },
  { code: 'attestation_expired', status: 403, error: 'use_fresh_attestation', ...show({ exp: 1, iat: 0, nbf: 0 }) },
  { code: 'attestation_issuer_untrusted', ...refused, ...show({}, stranger) },
  {
    code: 'attestation_replay',
    ...refused,
    options: { attesters: [attester.line({ acceptUnbound: true })], ledger: createDurableLedger() },
    arrange: async (scene) => {
      const claims = { cnf: undefined, aud: scene.guard.metadata.resource }
      const headers = { 'oauth-client-attestation': await attester.attest(scene.agent, claims) }
      await scene.guard.check(await scene.request({ headers }))
      return scene.request({ headers })
    },
  },
  { code: 'attestation_key_mismatch', ...refused, ...show({ cnf: { jwk: otherAgent.publicJwk } }) },
  { code: 'attestation_audience_mismatch', ...refused, ...show({ aud: 'https://other.example/mcp' }) },
  {
    code: 'attestation_policy',
    ...refused,
    ...show({}),
    options: { ...trusting, attestation: { presence: 'optional', minimumSafetyLevel: 'enhanced' } },
  },
]
