/** X5: a proof made for another place, carried to this one. */
import type { Attack } from '../attack.ts'
import { asAttacker } from '../recording/recording.ts'
import { modernHeaders, obtainToken, toolCall } from '../scene/agent.ts'
import { send, signProof } from '../scene/wire.ts'

const body = toolCall('read_notes')
const relay = 'relay.example'

/** The server knows where it is; a request says where it would like to be. */
export const htuGames: Attack = {
  id: 'X5',
  title: 'A proof made for another place is carried to this one',
  source: { document: 'ours', section: 'RFC 9449 §4.3' },
  needs: 'a server that reads its own address off the request',
  steps: ['An agent proves a call to a relay.', 'The relay hands token and proof on, under its own Host.'],
  analog: 'A parcel addressed to a neighbour, delivered because the carrier said so.',
  variants: [
    {
      title: 'The agent proves for a relay, which hands the request on under its own Host',
      common: { guard: { hosts: [relay] } },
      weakened: { weak: ['endpoint_from_request'] },
      async run(scene) {
        const { resource } = scene.a
        const { token, key } = await obtainToken(scene)
        const { nonce = '' } = await send(resource, { headers: { host: relay } })
        const dpop = await signProof(key, { url: `http://${relay}/mcp`, token, nonce, content: body })
        const headers = { ...modernHeaders(body), host: relay, authorization: `DPoP ${token}`, dpop }
        return asAttacker(() => send(resource, { headers, body }))
      },
      stoppedBy: 'invalid_dpop_proof',
      status: 401,
    },
  ],
}
