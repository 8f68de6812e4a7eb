/** T4: the captured request is sent again, byte for byte. */
import { obtainToken, prepareCall, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { send } from '../support/wire.ts'

describeAttack({
  title: 'T4: a captured request is sent again',
  weakened: { weak: ['no_single_use'] },
  async run(deployment) {
    const { resource } = deployment.a
    const captured = await prepareCall(await obtainToken(deployment), resource, toolCall('read_notes'))
    const first = await send(resource, captured)
    if (first.status !== 200) return first
    return send(resource, captured)
  },
  stoppedBy: 'replay_detected',
  status: 401,
})
