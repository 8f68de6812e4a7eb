/** A9: clocks that are wrong by somebody's will: proofs of the future, attestations of the past, tolerances without end. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { type Holder, modernHeaders, obtainToken, toolCall } from '../scene/agent.ts'
import { attestedDeployment, becomeAttested, callAttested } from '../scene/attested-call.ts'
import type { Deployment } from '../scene/deployment.ts'
import { type Sending, send, signProof } from '../scene/wire.ts'

const body = toolCall('read_notes')

/** A call whose proof was made by a clock that is `ahead` by so many seconds, with a nonce or without. */
export async function prepareDated(
  { token, key }: Holder,
  { a: { resource: url } }: Pick<Deployment, 'a'>,
  { ahead, nonce }: { readonly ahead: number; readonly nonce?: string },
): Promise<Sending> {
  const claims = { iat: Math.floor(Date.now() / 1000) + ahead }
  const dpop = await signProof(key, { url, token, content: body, claims, ...(nonce !== undefined && { nonce }) })
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body }
}

/** Time is what single use is kept for. */
export const clocks: Attack = {
  id: 'A9',
  title: 'A proof of the future, or an attestation of the past, is shown when nobody remembers it any more',
  source: { document: 'threat-analysis', section: '4.1 Clock Skew at Scale' },
  needs: 'a tolerance of clocks that is wider than the memory, or as wide as somebody wished',
  steps: [
    'The attacker captures a call or an attestation, or has the agent make one that is dated ahead.',
    'It waits until the record of its use is gone, or until only a stretched tolerance takes it.',
  ],
  analog: 'A post-dated cheque, cashed once the bank has thrown its lists away.',
  variants: [
    {
      title: 'A proof dated ahead, sent again once its record would be gone',
      common: { durable: true },
      weakened: { weakSettings: ['forgetful_ledger'] },
      async run(scene) {
        const call = await prepareDated(await obtainToken(scene), scene, { ahead: 8 })
        const first = await send(scene.a.resource, call)
        if (first.status !== 200) return first
        // Past the time of a proof of then, and not yet past the time of this one.
        scene.letSecondsPass(64)
        return asAttacker(() => send(scene.a.resource, call))
      },
      stoppedBy: 'replay_detected',
      status: 401,
    },
    {
      title: 'An attestation for one use, used again within the tolerance after its end',
      common: { durable: true, partner: { acceptUnbound: true }, guard: { attestation: 'preferred' } },
      // Forgets attestations at their end, though they are accepted for the tolerance of clocks longer.
      weakened: { weakSettings: ['forgetful_ledger'] },
      async run(scene) {
        const claims = { aud: scene.a.resource, exp: Math.floor(Date.now() / 1000) + 60 }
        const attestation = await scene.partner.attest({ clientId: scene.client.clientId, claims })
        const first = await callAttested(await obtainToken(scene), scene, attestation)
        if (first.status !== 200) return first
        scene.letSecondsPass(75)
        return asAttacker(async () => callAttested(await obtainToken(scene), scene, attestation))
      },
      stoppedBy: 'attestation_replay',
      status: 403,
    },
    {
      title: 'An attestation that is over, where the tolerance was stretched',
      common: { ...attestedDeployment, accessTokenLifetime: 900 },
      weakened: { weakSettings: ['stretched_tolerance'] },
      async run(scene) {
        const holder = await becomeAttested(scene)
        scene.letSecondsPass(400)
        return callAttested(holder, scene, holder.attestation)
      },
      stoppedBy: 'attestation_expired',
      status: 403,
    },
    {
      title: 'A request held back for four minutes, where the tolerance was stretched',
      common: { durable: true },
      weakened: { weakSettings: ['stretched_tolerance'] },
      async run(scene) {
        const call = await prepareDated(await obtainToken(scene), scene, { ahead: 0 })
        scene.letSecondsPass(240)
        return asAttacker(() => send(scene.a.resource, call))
      },
      stoppedBy: 'use_dpop_nonce',
      status: 401,
    },
  ],
}
