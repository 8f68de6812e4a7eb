/** X6: headers that say one thing and a body that says another; a denied call behind an allowed one; members twice. */
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { type Holder, obtainToken } from '../scene/agent.ts'
import type { Scene } from '../scene/scene.ts'
import { type Answer, send, signProof } from '../scene/wire.ts'

/** Older protocol versions know no routing headers, and batches. */
function legacyCall(id: number, name: string, args: object = {}) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
}

async function callRaw(holder: Holder, resource: string, body: string, extra = {}): Promise<Answer> {
  const { nonce = '' } = await send(resource, {})
  const dpop = await signProof(holder.key, { url: resource, token: holder.token, nonce, content: body })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `DPoP ${holder.token}`,
    dpop,
    ...extra,
  }
  return send(resource, { headers, body })
}

function checkNote({ a }: Scene, landed: boolean): void {
  assert.equal(a.notes.list(10).length, landed ? 0 : 1)
}

/** Two readers of one request, of whom only one asks who may. */
export const smuggling: Attack = {
  id: 'X6',
  title: 'One call is shown to the guard, and another to the server behind it',
  source: { document: 'ours', section: 'request smuggling, inside of one request' },
  needs: 'a guard that judges something else than what is carried out',
  steps: [
    'The agent, told to by a note, writes a request that can be read in two ways.',
    'The guard reads the harmless one, the server the other.',
  ],
  analog: 'A form with carbon paper between its pages, and another form below.',
  variants: [
    {
      title: 'Mcp-Name says read_notes, the body deletes',
      weakened: { weak: ['routing_headers'] },
      async run(scene) {
        const { id } = scene.a.notes.write('keep me') ?? { id: 0 }
        const holder = await obtainToken(scene, { scope: 'notes:read notes:delete' })
        const body = JSON.stringify(legacyCall(1, 'delete_note', { note_id: id }))
        return callRaw(holder, scene.a.resource, body, { 'mcp-method': 'tools/call', 'mcp-name': 'read_notes' })
      },
      stoppedBy: 'header_mismatch',
      status: 400,
      aftermath: checkNote,
    },
    {
      title: 'A batch whose first call is allowed and whose second is not',
      weakened: { weak: ['first_message_only'] },
      async run(scene) {
        const { id } = scene.a.notes.write('keep me') ?? { id: 0 }
        const holder = await obtainToken(scene, { scope: 'notes:read' })
        const batch = [legacyCall(1, 'read_notes'), legacyCall(2, 'delete_note', { note_id: id })]
        return callRaw(holder, scene.a.resource, JSON.stringify(batch))
      },
      stoppedBy: 'insufficient_scope',
      status: 403,
      aftermath: checkNote,
    },
    {
      title: 'The tool is named twice in one body',
      weakened: { weak: ['lenient_json'] },
      async run(scene) {
        const holder = await obtainToken(scene, { scope: 'notes:read notes:delete' })
        const twice = '"name":"delete_note","name":"read_notes"'
        const body = JSON.stringify(legacyCall(1, 'read_notes')).replace('"name":"read_notes"', twice)
        return callRaw(holder, scene.a.resource, body)
      },
      stoppedBy: 'malformed_body',
      status: 400,
    },
  ],
}
