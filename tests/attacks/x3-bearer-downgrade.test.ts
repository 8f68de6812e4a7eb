/** X3: a DPoP-bound token sent as Bearer, also with a proof beside it, also where Bearer tokens are allowed. */
import { modernHeaders, obtainToken, prepareCall, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { send } from '../support/wire.ts'

const body = toolCall('read_notes')

describeAttack({
  title: 'X3: a bound token as Bearer, where Bearer tokens are allowed',
  common: { guard: { bearer: 'allowed' } },
  weakened: { weak: ['sender_binding'] },
  async run(deployment) {
    const { token } = await obtainToken(deployment)
    return send(deployment.a.resource, { headers: { ...modernHeaders(body), authorization: `Bearer ${token}` }, body })
  },
  stoppedBy: 'missing_dpop_proof',
  status: 401,
})

describeAttack({
  title: 'X3: a bound token as Bearer, with a proof beside it',
  weakened: { weak: ['sender_binding'] },
  async run(deployment) {
    const holder = await obtainToken(deployment)
    const call = await prepareCall(holder, deployment.a.resource, body)
    return send(deployment.a.resource, {
      ...call,
      headers: { ...call.headers, authorization: `Bearer ${holder.token}` },
    })
  },
  stoppedBy: 'missing_dpop_proof',
  status: 401,
})
