/** T4: the captured request is sent again, byte for byte. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import { send } from '../scene/wire.ts'

/** What was good once is tried once more. */
export const replay: Attack = {
  id: 'T4',
  title: 'A captured request is sent again, byte for byte',
  source: { document: 'token-talk', section: 'Attack #4: token replay' },
  needs: 'a server that does not keep which proofs it has seen',
  steps: [
    'The agent makes a call, with its token and a proof of its key.',
    'The attacker takes the whole request off the wire, or out of a log.',
    'The attacker sends the same bytes again.',
  ],
  analog: 'A cheque that is cashed twice.',
  variants: [
    {
      title: 'A captured request is sent again',
      weakened: { weak: ['no_single_use'] },
      async run(scene) {
        const { resource } = scene.a
        const captured = await prepareCall(await obtainToken(scene), resource, toolCall('read_notes'))
        const first = await send(resource, captured)
        if (first.status !== 200) return first
        return asAttacker(() => send(resource, captured))
      },
      stoppedBy: 'replay_detected',
      status: 401,
    },
  ],
}
