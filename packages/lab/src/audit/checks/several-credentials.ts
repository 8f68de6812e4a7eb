/** Whether calls are served that carry two tokens, of which others may judge one and the server the other. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const served: Weakness = {
  id: 'several_credentials_served',
  severity: 'low',
  title: 'Calls with two Authorization headers are served',
  spec: {
    sentence: 'Clients MUST NOT use more than one method to transmit the token in each request.',
    link: specifications.rfc6750('2'),
  },
  fix: 'Read the raw headers, and answer 400 to a second Authorization: a gateway before the server may have judged the other one.',
}

/** The check. */
export const severalCredentials: Check = {
  name: 'several_credentials',
  title: 'Is a call with two tokens refused?',
  weaknesses: [served],
  async run(context) {
    const { holder, stranger } = context.target
    const own = holder?.caller.holder
    if (holder?.served !== true || own === undefined) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    const scheme = own.key === undefined ? 'Bearer' : 'DPoP'
    const authorization = [`${scheme} ${own.token}`, 'Bearer somebody-elses-token']
    const answer = await holder.caller.call({ method: 'tools/list', variation: { authorization } })
    return isServed(answer)
      ? [sight(context, served, 'The first of two tokens was taken, the second ignored.', answer)]
      : []
  },
}
