/** Whether messages that two parsers read differently are acted on (RFC 8259 §4). */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed, phrase } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const accepted: Weakness = {
  id: 'duplicate_members_accepted',
  severity: 'low',
  title: 'Messages with duplicate members are acted on',
  spec: {
    sentence:
      'When the names within an object are not unique, the behavior of software that receives such an object is unpredictable.',
    link: specifications.rfc8259('4'),
  },
  fix: 'Refuse duplicate members: whoever filters before the server may have read the other one.',
}

/** The check. */
export const ambiguousJson: Check = {
  name: 'ambiguous_json',
  title: 'Is a message refused that names its method twice?',
  weaknesses: [accepted],
  async run(context) {
    const caller = context.target.served?.caller
    if (caller === undefined) return skip(NO_SERVED_CALL)
    const { body } = phrase(caller.speech, 'tools/list')
    const twice = body.replace('"method":', '"method":"ping","method":')
    const answer = await caller.call({ method: 'tools/list', variation: { body: twice } })
    if (!isServed(answer)) return []
    return [sight(context, accepted, 'A message with "method" twice was answered.', answer)]
  },
}
