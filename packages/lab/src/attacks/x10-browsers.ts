/** X10: a page of a foreign origin, and a name that was rebound to this machine. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { obtainToken, prepareCall, toolCall } from '../scene/agent.ts'
import type { Scene } from '../scene/scene.ts'
import { type Answer, send } from '../scene/wire.ts'

async function callWith(scene: Scene, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { resource } = scene.a
  const call = await prepareCall(await obtainToken(scene), resource, toolCall('read_notes'))
  return asAttacker(() => send(resource, { ...call, headers: { ...call.headers, ...headers } }))
}

/** The browser of somebody inside is a way in. */
export const browsers: Attack = {
  id: 'X10',
  title: 'A page of a foreign origin, or of a name that was rebound, calls a server on this machine',
  source: { document: 'ours', section: 'MCP transports, security warning on DNS rebinding' },
  needs: 'a server that answers whoever reaches it',
  steps: [
    'A person opens a page of the attacker’s.',
    'The page calls a server that only this machine can reach, by its address or by a name of its own that leads here.',
  ],
  analog: 'A visitor who uses the telephone in the hall to call somebody inside the house.',
  variants: [
    {
      title: 'A page of a foreign origin calls',
      weakened: { weak: ['allowed_origin'] },
      run: (scene) => callWith(scene, { origin: 'https://evil.example' }),
      stoppedBy: 'origin_not_allowed',
      status: 403,
    },
    {
      title: 'A rebound name calls',
      weakened: { weak: ['known_host'] },
      run: (scene) => callWith(scene, { host: 'evil.example' }),
      stoppedBy: 'host_not_allowed',
      status: 403,
    },
  ],
}
