/** X3: a DPoP-bound token sent as Bearer, also with a proof beside it, also where Bearer tokens are allowed. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { modernHeaders, obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import { send } from '../scene/wire.ts'

const body = toolCall('read_notes')

/** The binding stands in the token, whatever word stands before it. */
export const bearerDowngrade: Attack = {
  id: 'X3',
  title: 'A bound token is sent as Bearer',
  source: { document: 'ours', section: 'RFC 9449 §7.2' },
  needs: 'a server that goes by the word before the token',
  steps: ['The attacker has a bound token and not its key.', 'It sends the token under the older scheme.'],
  analog: 'A registered letter that is handed over at the window for ordinary ones.',
  variants: [
    {
      title: 'A bound token as Bearer, where Bearer tokens are allowed',
      common: { guard: { bearer: 'allowed' } },
      weakened: { weak: ['sender_binding'] },
      async run(scene) {
        const { token } = await obtainToken(scene)
        const headers = { ...modernHeaders(body), authorization: `Bearer ${token}` }
        return asAttacker(() => send(scene.a.resource, { headers, body }))
      },
      stoppedBy: 'missing_dpop_proof',
      status: 401,
    },
    {
      title: 'A bound token as Bearer, with a proof beside it',
      weakened: { weak: ['sender_binding'] },
      async run(scene) {
        const holder = await obtainToken(scene)
        const call = await prepareCall(holder, scene.a.resource, body)
        const headers = { ...call.headers, authorization: `Bearer ${holder.token}` }
        return asAttacker(() => send(scene.a.resource, { ...call, headers }))
      },
      stoppedBy: 'missing_dpop_proof',
      status: 401,
    },
  ],
}
