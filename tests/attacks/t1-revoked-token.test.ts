/** T1: the theft was noticed and the token revoked; whoever has it, and its key, goes on using it. */
import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { callTool, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'

describeAttack({
  title: 'T1: a token is used after it was revoked',
  weakened: { weak: ['revocation'] },
  async run(deployment) {
    const holder = await obtainToken(deployment)
    await callTool(holder, deployment.a.resource, toolCall('read_notes'))
    await deployment.revoke({ token: String(decodeJwt(holder.token).jti) })
    await setTimeout(2_000)
    return callTool(holder, deployment.a.resource, toolCall('read_notes'))
  },
  stoppedBy: 'invalid_token',
  status: 401,
})
