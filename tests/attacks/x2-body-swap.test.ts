/** X2: another body under a valid proof. */
import { obtainToken, prepareCall, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { send } from '../support/wire.ts'

describeAttack({
  title: 'X2: another body under a valid proof',
  weakened: { weak: ['content_digest'] },
  async run(deployment) {
    const { resource } = deployment.a
    const holder = await obtainToken(deployment, { scope: 'notes:read notes:write' })
    const captured = await prepareCall(holder, resource, toolCall('write_note', { text: 'buy milk' }))
    return send(resource, { ...captured, body: toolCall('write_note', { text: 'sell everything' }) })
  },
  stoppedBy: 'content_digest_mismatch',
  status: 401,
})
