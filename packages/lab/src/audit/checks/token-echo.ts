/** Whether any answer of the whole audit held a token that was sent: what is echoed ends in logs, and in the model. Comes last. */
import { type Check, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'

const echoed: Weakness = {
  id: 'token_echoed',
  severity: 'medium',
  title: 'Answers repeat the token',
  spec: {
    sentence:
      'The product generates an error message that includes sensitive information about its environment, users, or associated data.',
    link: 'https://cwe.mitre.org/data/definitions/209.html',
  },
  fix: 'Keep tokens out of results, errors and challenges: the model reads those.',
}

/** The check. */
export const tokenEcho: Check = {
  name: 'token_echo',
  title: 'Does no answer repeat a token?',
  weaknesses: [echoed],
  async run(context) {
    const { probe, target } = context
    if (target.holder === undefined) return skip('no token was sent')
    const first = probe.leaks[0]
    return first === undefined
      ? []
      : [sight(context, echoed, `${probe.leaks.length} answers held a token that was sent.`, first)]
  },
}
