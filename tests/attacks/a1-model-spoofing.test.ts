/** A1: `clientInfo` says that it is a well-known agent, and nothing proves it. */
import { callTool, obtainToken, rpc } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'

describeAttack({
  title: 'A1: a call whose clientInfo names an agent that it is not',
  common: { attestation: 'guards', guard: { attestation: 'required' } },
  weakened: { weak: ['attestation_policy'] },
  async run(deployment) {
    const claim = { 'io.modelcontextprotocol/clientInfo': { name: 'claude', version: '4.5' } }
    const meta = JSON.parse(rpc('tools/call')).params._meta
    const body = rpc('tools/call', { name: 'read_notes', arguments: {}, _meta: { ...meta, ...claim } })
    return callTool(await obtainToken(deployment), deployment.a.resource, body)
  },
  stoppedBy: 'attestation_required',
  status: 403,
})
