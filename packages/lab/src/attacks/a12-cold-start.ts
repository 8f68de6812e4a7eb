/** A12: the server has just started, and whoever comes before its issuers' keys do hopes not to be asked for much. */
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken } from '../scene/agent.ts'
import { callAttested } from '../scene/attested-call.ts'
import { publishedBy, type Scene } from '../scene/scene.ts'
import type { Answer } from '../scene/wire.ts'

/** In the issuer's name and under the name of its key, whoever signs. */
async function callAs(scene: Scene, by: 'issuer' | 'attacker'): Promise<Answer> {
  const holder = await obtainToken(scene)
  const attested = { clientId: scene.client.clientId, key: holder.key }
  return callAttested(holder, scene, await publishedBy(scene).attest(by, attested, 'issuer'))
}

const slow = { plain: true, answering: { after: 300 } } as const
const silent = { plain: true, answering: 'silent', fetching: { timeout: 0.3, retries: 0 } } as const

/** What can't be judged yet is not good. */
export const coldStart: Attack = {
  id: 'A12',
  title: 'A forged attestation is shown while the server still waits for the keys',
  source: { document: 'threat-analysis', section: '4.4 First-Request Race Condition' },
  needs: 'a server that lets pass what it cannot judge',
  steps: [
    'The server has just started, and its first request makes it fetch the keys.',
    'The attacker shows a forged attestation before they are there, or while they never come.',
  ],
  analog: 'Walking in while the doorman is still looking for the list.',
  variants: [
    {
      title: 'The second request, forged, while the first one waits for the keys',
      common: { guard: { attestation: 'required' }, keys: slow },
      // It waits for nothing, and takes what it can't judge for verified.
      weakened: {
        keys: { ...slow, fetching: { timeout: 0.01, retries: 0 } },
        weakAttestation: ['keys_fail_open'],
      },
      async run(scene) {
        const first = callAs(scene, 'issuer')
        const second = asAttacker(() => callAs(scene, 'attacker'))
        assert.equal((await first).status, 200)
        return second
      },
      stoppedBy: 'attestation_invalid',
      status: 403,
      aftermath: (scene, landed) => assert.ok(landed || publishedBy(scene).server.asked() === 1),
    },
    {
      title: 'A forged attestation while the key server answers nobody',
      common: { guard: { attestation: 'required' }, keys: silent },
      weakened: { weakAttestation: ['keys_fail_open'] },
      run: (scene) => asAttacker(() => callAs(scene, 'attacker')),
      stoppedBy: 'keys_unavailable',
      status: 503,
    },
  ],
}
