/** X6: headers that say one thing and a body that says another; a denied call behind an allowed one; members twice. */
import { expect } from 'vitest'
import { type Holder, obtainToken } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import type { Deployment } from '../support/deployment.ts'
import { type Answer, send, signProof } from '../support/wire.ts'

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

function countNotes({ a }: Deployment): number {
  return a.notes.list(10).length
}

describeAttack({
  title: 'X6: Mcp-Name says read_notes, the body deletes',
  weakened: { weak: ['routing_headers'] },
  async run(deployment) {
    const { id } = deployment.a.notes.write('keep me') ?? { id: 0 }
    const holder = await obtainToken(deployment, { scope: 'notes:read notes:delete' })
    const body = JSON.stringify(legacyCall(1, 'delete_note', { note_id: id }))
    return callRaw(holder, deployment.a.resource, body, { 'mcp-method': 'tools/call', 'mcp-name': 'read_notes' })
  },
  stoppedBy: 'header_mismatch',
  status: 400,
  aftermath: (deployment, landed) => expect(countNotes(deployment)).toBe(landed ? 0 : 1),
})

describeAttack({
  title: 'X6: a batch whose first call is allowed and whose second is not',
  weakened: { weak: ['first_message_only'] },
  async run(deployment) {
    const { id } = deployment.a.notes.write('keep me') ?? { id: 0 }
    const holder = await obtainToken(deployment, { scope: 'notes:read' })
    const batch = [legacyCall(1, 'read_notes'), legacyCall(2, 'delete_note', { note_id: id })]
    return callRaw(holder, deployment.a.resource, JSON.stringify(batch))
  },
  stoppedBy: 'insufficient_scope',
  status: 403,
  aftermath: (deployment, landed) => expect(countNotes(deployment)).toBe(landed ? 0 : 1),
})

describeAttack({
  title: 'X6: the tool is named twice in one body',
  weakened: { weak: ['lenient_json'] },
  async run(deployment) {
    const holder = await obtainToken(deployment, { scope: 'notes:read notes:delete' })
    const body = JSON.stringify(legacyCall(1, 'delete_note')).replace('"name":', '"name":"delete_note","name":')
    return callRaw(
      holder,
      deployment.a.resource,
      body.replace('"name":"delete_note","arguments"', '"name":"read_notes","arguments"'),
    )
  },
  stoppedBy: 'malformed_body',
  status: 400,
})
