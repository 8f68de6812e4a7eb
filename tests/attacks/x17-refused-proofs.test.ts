/** X17: a refused call's proof is kept and landed later; one proof probes twice. */
import { modernHeaders, obtainNonce, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { send, signProof } from '../support/wire.ts'

describeAttack({
  title: 'X17: the proof of a refused call is used for another call',
  weakened: { weak: ['single_use_of_allowed_only'] },
  async run(deployment) {
    const { resource } = deployment.a
    const { token, key } = await obtainToken(deployment)
    // An agent of others: its proofs cover no body.
    const dpop = await signProof(key, { url: resource, token, nonce: await obtainNonce(resource) })
    const call = (body: string) =>
      send(resource, { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body })
    const refused = await call(toolCall('delete_note', { note_id: 1 }))
    if (refused.code !== 'insufficient_scope') return refused
    return call(toolCall('read_notes'))
  },
  stoppedBy: 'replay_detected',
  status: 401,
})
