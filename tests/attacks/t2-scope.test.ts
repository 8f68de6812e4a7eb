/** T2: the token that a person consented to for reading deletes. */
import { expect } from 'vitest'
import { callTool, obtainToken, toolCall } from '../support/agent.ts'
import { describeAttack } from '../support/attack.ts'

describeAttack({
  title: 'T2: a token for reading deletes a note',
  weakened: { weak: ['scope'] },
  async run(deployment) {
    const { id } = deployment.a.notes.write('keep me') ?? { id: 0 }
    const holder = await obtainToken(deployment, { scope: 'notes:read' })
    return callTool(holder, deployment.a.resource, toolCall('delete_note', { note_id: id }))
  },
  stoppedBy: 'insufficient_scope',
  status: 403,
  aftermath: ({ a }, landed) => expect(a.notes.list(10)).toHaveLength(landed ? 0 : 1),
})
