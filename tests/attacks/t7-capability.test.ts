/** T7: what a capability was given for, and what it is used for. */
import { systemClock } from '@countersign/core'
import { expect } from 'vitest'
import { verifies } from '../requirements/verifies.ts'
import { callTool, obtainNonce, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'
import { entryFor, obtainCapabilities } from '../support/capability-tokens.ts'
import { deletionByNote, eachByItself } from '../support/capability-tools.ts'
import type { Deployment } from '../support/deployment.ts'
import { send, signProof } from '../support/wire.ts'

const deletion = (id: number) => toolCall('delete_note', { note_id: id })

/** A note with the id. */
function writeNote({ a }: Deployment, text = 'keep me'): number {
  const note = a.notes.write(text)
  if (note === undefined) throw new Error('the store is full')
  return note.id
}

describeAttack({
  title: 'T7: a capability for one note deletes another',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['any_capability'] },
  async run(deployment) {
    const [given, wanted] = [writeNote(deployment), writeNote(deployment)]
    const holder = await obtainCapabilities(deployment, [entryFor(deployment, 'delete_note', { note_id: given })])
    return callTool(holder, deployment.a.resource, deletion(wanted))
  },
  stoppedBy: 'capability_mismatch',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10).map(({ id }) => id)).toEqual(landed ? [1] : [2, 1]),
})

describeAttack({
  title: 'T7: a note is named by a text that looks like its number',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['any_capability'] },
  async run(deployment) {
    const id = writeNote(deployment)
    const entry = entryFor(deployment, 'delete_note', { note_id: String(id) })
    return callTool(await obtainCapabilities(deployment, [entry]), deployment.a.resource, deletion(id))
  },
  stoppedBy: 'capability_mismatch',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})

describeAttack({
  title: `${verifies('RFC9396-12-1')} T7: a text is given in another normal form, which looks the same`,
  common: { capabilities: eachByItself },
  weakened: { weak: ['any_capability'] },
  async run(deployment) {
    const text = 'caf\u00e9'
    const holder = await obtainCapabilities(deployment, [entryFor(deployment, 'write_note', { text })])
    return callTool(holder, deployment.a.resource, toolCall('write_note', { text: text.normalize('NFD') }))
  },
  stoppedBy: 'capability_mismatch',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 1 : 0),
})

describeAttack({
  title: 'T7: a capability for one call is used twice',
  common: { capabilities: eachByItself },
  weakened: { weak: ['no_capability_count'] },
  async run(deployment) {
    const entry = entryFor(deployment, 'write_note', { text: 'once' })
    const holder = await obtainCapabilities(deployment, [entry])
    const call = () => callTool(holder, deployment.a.resource, toolCall('write_note', { text: 'once' }))
    const first = await call()
    return first.status === 200 ? call() : first
  },
  stoppedBy: 'capability_exhausted',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 2 : 1),
})

describeAttack({
  title: 'T7: a capability for one call is used twice in one batch, as older protocol versions have them',
  common: { capabilities: eachByItself },
  weakened: { weak: ['no_capability_count'] },
  async run(deployment) {
    const { resource } = deployment.a
    const params = { name: 'write_note', arguments: { text: 'once' } }
    const content = JSON.stringify([1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params })))
    const entry = entryFor(deployment, 'write_note', { text: 'once' })
    const { token, key } = await obtainCapabilities(deployment, [entry])
    const nonce = await obtainNonce(resource)
    const dpop = await signProof(key, { url: resource, token, nonce, content })
    const accept = 'application/json, text/event-stream'
    const headers = { 'content-type': 'application/json', accept, authorization: `DPoP ${token}`, dpop }
    return send(resource, { headers, body: content })
  },
  stoppedBy: 'capability_exhausted',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 2 : 0),
})

/** Seconds that the guards' clocks are ahead. */
let later = 0

describeAttack({
  title: 'T7: a capability is used late',
  common: { capabilities: deletionByNote, guard: { clock: () => systemClock() + later } },
  weakened: { weak: ['capability_window'] },
  async run(deployment) {
    later = 0
    const id = writeNote(deployment)
    const entry = entryFor(deployment, 'delete_note', { note_id: id }, { seconds: 10 })
    const holder = await obtainCapabilities(deployment, [entry])
    later = 20
    return callTool(holder, deployment.a.resource, deletion(id))
  },
  stoppedBy: 'capability_expired',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})

describeAttack({
  title: 'T7: a capability is used before its time',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['capability_window'] },
  async run(deployment) {
    const id = writeNote(deployment)
    const not_before = Math.floor(systemClock()) + 60
    const entry = entryFor(deployment, 'delete_note', { note_id: id }, { not_before })
    return callTool(await obtainCapabilities(deployment, [entry]), deployment.a.resource, deletion(id))
  },
  stoppedBy: 'capability_expired',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})

describeAttack({
  title: 'T7: a token whose scope is the whole class of action has a capability for another tool',
  common: { capabilities: eachByItself },
  weakened: { weak: ['capability'] },
  async run(deployment) {
    const id = writeNote(deployment)
    const entry = entryFor(deployment, 'write_note', { text: 'a shopping list' })
    const holder = await obtainCapabilities(deployment, [entry], { scope: 'notes:delete' })
    return callTool(holder, deployment.a.resource, deletion(id))
  },
  stoppedBy: 'capability_required',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})

describeAttack({
  title: 'T7: a token whose scope is the whole class of action has no capability at all',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['capability'] },
  async run(deployment) {
    const id = writeNote(deployment)
    return callTool(await obtainToken(deployment, { scope: 'notes:delete' }), deployment.a.resource, deletion(id))
  },
  stoppedBy: 'capability_required',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})

describeAttack({
  title: 'T7: a capability for deleting is used to write, which takes a scope',
  common: { capabilities: deletionByNote },
  weakened: { weak: ['scope'] },
  async run(deployment) {
    const holder = await obtainCapabilities(deployment, [entryFor(deployment, 'delete_note', { note_id: 1 })])
    return callTool(holder, deployment.a.resource, toolCall('write_note', { text: 'spam' }))
  },
  stoppedBy: 'insufficient_scope',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 1 : 0),
})
