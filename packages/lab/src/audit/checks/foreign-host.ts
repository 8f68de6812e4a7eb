/** Whether the server answers under names that are not its own, as a page whose name was rebound would ask it to. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const HOST = 'attacker.example'

const served: Weakness = {
  id: 'foreign_host_served',
  severity: 'medium',
  title: 'Calls under a foreign host name are served',
  spec: {
    sentence:
      'Unless the connection is from a trusted gateway, an origin server MUST reject a request if any scheme-specific requirements for the target URI are not met.',
    link: specifications.rfc9110('7.4'),
  },
  fix: 'Answer 403 or 421 to every Host that is not the server’s own; a rebound name passes any check of Origin by same origin.',
}

/** The check. */
export const foreignHost: Check = {
  name: 'foreign_host',
  title: 'Is a call under a foreign host name refused?',
  weaknesses: [served],
  async run(context) {
    const { served: conversation } = context.target
    if (conversation === undefined) return skip(NO_SERVED_CALL)
    const answer = await conversation.caller.call({ method: 'tools/list', variation: { headers: [['Host', HOST]] } })
    return isServed(answer) ? [sight(context, served, `tools/list for Host ${HOST} was answered.`, answer)] : []
  },
}
