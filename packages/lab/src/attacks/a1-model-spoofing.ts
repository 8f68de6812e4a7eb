/** A1: `clientInfo` says that it is a well-known agent, and nothing proves it. */
import type { Attack } from '../attack.ts'
import { callTool, obtainToken, rpc } from '../scene/agent.ts'
import { attestedDeployment } from '../scene/attested-call.ts'

/** A name is not an identity. */
export const modelSpoofing: Attack = {
  id: 'A1',
  title: 'The agent says that it is a well-known one, and nothing proves it',
  source: { document: 'threat-analysis', section: '2, Model Spoofing' },
  needs: 'a server that goes by what clients say of themselves',
  steps: ['The attacker writes a well-known name into clientInfo.', 'It calls with a good token, and no attestation.'],
  analog: 'A forged certificate of a web site.',
  variants: [
    {
      title: 'A call whose clientInfo names an agent that it is not',
      common: attestedDeployment,
      weakened: { weak: ['attestation_policy'] },
      async run(scene) {
        const claim = { 'io.modelcontextprotocol/clientInfo': { name: 'claude', version: '4.5' } }
        const meta = JSON.parse(rpc('tools/call')).params._meta
        const body = rpc('tools/call', { name: 'read_notes', arguments: {}, _meta: { ...meta, ...claim } })
        return callTool(await obtainToken(scene), scene.a.resource, body)
      },
      stoppedBy: 'attestation_required',
      status: 403,
    },
  ],
}
