/** X2: another body under a valid proof. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import { send } from '../scene/wire.ts'

/** RFC 9449 binds a proof to a URL, and every call of MCP goes to one URL. */
export const bodySwap: Attack = {
  id: 'X2',
  title: 'Another body under a valid proof',
  source: { document: 'ours', section: 'what a proof covers' },
  needs: 'proofs that say nothing of the body',
  steps: ['The attacker stands between agent and server.', 'It keeps token and proof of a call, and changes the body.'],
  analog: 'A signed envelope whose letter was exchanged.',
  variants: [
    {
      title: 'Another body under a valid proof',
      weakened: { weak: ['content_digest'] },
      async run(scene) {
        const { resource } = scene.a
        const holder = await obtainToken(scene, { scope: 'notes:read notes:write' })
        const captured = await prepareCall(holder, resource, toolCall('write_note', { text: 'buy milk' }))
        const body = toolCall('write_note', { text: 'sell everything' })
        return asAttacker(() => send(resource, { ...captured, body }))
      },
      stoppedBy: 'content_digest_mismatch',
      status: 401,
    },
  ],
}
