/** X9: consent shows less than the token gets, or its answer is not listened to. */
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { callTool, toolCall } from '../scene/agent.ts'
import { obtainFromPerson } from '../scene/capability-tokens.ts'
import { seatPerson } from '../scene/person.ts'

/** What a person decides, and what is signed. */
export const consent: Attack = {
  id: 'X9',
  title: 'A token has more in it than the person allowed',
  source: { document: 'ours', section: 'consent' },
  needs: 'an authorization server that asks a person on a page, and signs what the client asked for',
  steps: [
    'A client asks for reading and deleting.',
    'The person reads the page, unticks deleting, and says yes.',
    'The client deletes with the token that it got.',
  ],
  analog: 'A contract whose struck-out clause is still in the copy that is filed.',
  variants: [
    {
      title: 'A person unticks deleting, and the token gets it all the same',
      weakened: { authorization: { weaknesses: ['consent_ignored'] } },
      async run(scene) {
        const id = scene.a.notes.write('keep me')?.id
        // The boxes are in the order of the request.
        const person = seatPerson(scene, () => true, { 'right-1': undefined })
        const holder = await obtainFromPerson(scene, person, { scope: 'notes:read notes:delete' })
        return callTool(holder, scene.a.resource, toolCall('delete_note', { note_id: id }))
      },
      stoppedBy: 'insufficient_scope',
      status: 403,
      aftermath: ({ a }, landed) => assert.equal(a.notes.list(10).length, landed ? 0 : 1),
    },
  ],
}
