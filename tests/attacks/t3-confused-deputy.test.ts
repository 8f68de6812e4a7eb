/** T3: an answer of server A sends the agent, with A's token, to server B. */
import { callTool, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'

describeAttack({
  title: "T3: the agent calls server B with server A's token",
  weakened: { weak: ['audience'] },
  async run(deployment) {
    const holder = await obtainToken(deployment, { resource: deployment.a.resource })
    return callTool(holder, deployment.b.resource, toolCall('read_notes'))
  },
  stoppedBy: 'invalid_token',
  status: 401,
})
