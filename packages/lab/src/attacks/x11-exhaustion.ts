/** X11: deep JSON, giant batches, huge bodies and endless ones. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { modernHeaders, obtainNonce, obtainToken, toolCall } from '../scene/agent.ts'
import { dribble } from '../scene/dribble.ts'
import type { Scene } from '../scene/scene.ts'
import { type Answer, send, signProof } from '../scene/wire.ts'

const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
const plainHeaders = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

async function callWithBody(scene: Scene, body: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { resource } = scene.a
  const { token, key } = await obtainToken(scene)
  const dpop = await signProof(key, { url: resource, token, nonce: await obtainNonce(resource), content: body })
  return asAttacker(() => send(resource, { headers: { ...headers, authorization: `DPoP ${token}`, dpop }, body }))
}

/** Cheap to send, dear to take. */
export const exhaustion: Attack = {
  id: 'X11',
  title: 'Requests that cost the server far more than their sender',
  source: { document: 'ours', section: 'limits' },
  needs: 'a server without limits',
  steps: ['The attacker has a token, or an agent that does as it is told.', 'It sends what is endless, deep, or huge.'],
  analog: 'Somebody who empties a bag of coins at the counter, one by one.',
  variants: [
    {
      title: 'An argument that nests 2,000 levels deep',
      weakened: { weakSettings: ['no_limits'] },
      run(scene) {
        const shallow = toolCall('read_notes')
        const body = shallow.replace('"arguments":{}', `"arguments":{"x":${deep}}`)
        return callWithBody(scene, body, modernHeaders(shallow))
      },
      stoppedBy: 'malformed_body',
      status: 400,
    },
    {
      title: 'A batch of 80 calls (the SDK itself stops at 100)',
      weakened: { weakSettings: ['no_limits'] },
      run(scene) {
        const params = { name: 'read_notes', arguments: {} }
        const batch = Array.from({ length: 80 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params }))
        return callWithBody(scene, JSON.stringify(batch), plainHeaders)
      },
      stoppedBy: 'malformed_body',
      status: 400,
    },
    {
      title: 'A body of 3 MB',
      weakened: { weakSettings: ['no_limits'] },
      run(scene) {
        const body = toolCall('read_notes', { padding: 'x'.repeat(3_000_000) })
        return callWithBody(scene, body, modernHeaders(body))
      },
      stoppedBy: 'body_too_large',
      status: 413,
    },
    {
      title: 'A body that does not end',
      common: { guard: { limits: { bodySeconds: 0.1 } } },
      weakened: { weakSettings: ['no_limits'] },
      run: (scene) => asAttacker(async () => dribble(scene, await obtainToken(scene), 1_000)),
      stoppedBy: 'body_timeout',
      status: 408,
    },
  ],
}
