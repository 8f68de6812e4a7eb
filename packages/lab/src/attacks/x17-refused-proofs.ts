/** X17: a refused call's proof is kept and landed later; one proof probes twice. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { modernHeaders, obtainNonce, obtainToken, toolCall } from '../scene/agent.ts'
import { send, signProof } from '../scene/wire.ts'

/** Refused is not unused. */
export const refusedProofs: Attack = {
  id: 'X17',
  title: 'The proof of a refused call is used for another call',
  source: { document: 'ours', section: 'single use, also of what was refused' },
  needs: 'a server that keeps only the proofs of calls that it allowed',
  steps: ['A call of the agent is refused; its proof covers no body.', 'The attacker uses the proof for another call.'],
  analog: 'A cheque that bounced, and is handed in again next week.',
  variants: [
    {
      title: 'The proof of a refused call is used for another call',
      weakened: { weak: ['single_use_of_allowed_only'] },
      async run(scene) {
        const { resource } = scene.a
        const { token, key } = await obtainToken(scene)
        // An agent of others: its proofs cover no body.
        const dpop = await signProof(key, { url: resource, token, nonce: await obtainNonce(resource) })
        const call = (body: string) =>
          send(resource, { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body })
        const refused = await call(toolCall('delete_note', { note_id: 1 }))
        if (refused.code !== 'insufficient_scope') return refused
        return asAttacker(() => call(toolCall('read_notes')))
      },
      stoppedBy: 'replay_detected',
      status: 401,
    },
  ],
}
