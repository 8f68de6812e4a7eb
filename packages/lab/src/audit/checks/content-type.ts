/** Whether messages are taken that any web page may send without asking: bodies of type text/plain. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const ignored: Weakness = {
  id: 'content_type_ignored',
  severity: 'medium',
  title: 'Messages of type text/plain are acted on',
  spec: {
    sentence:
      'The 415 (Unsupported Media Type) status code indicates that the origin server is refusing to service the request because the content is in a format not supported by this method on the target resource.',
    link: specifications.rfc9110('15.5.16'),
  },
  fix: 'Answer 415 to everything but application/json: browsers send text/plain to other sites without a preflight.',
}

/** The check. */
export const contentType: Check = {
  name: 'content_type',
  title: 'Is a message refused that does not say that it is JSON?',
  weaknesses: [ignored],
  async run(context) {
    const caller = context.target.served?.caller
    if (caller === undefined) return skip(NO_SERVED_CALL)
    const variation = { without: ['content-type'], headers: [['Content-Type', 'text/plain']] as const }
    const answer = await caller.call({ method: 'tools/list', variation })
    return isServed(answer) ? [sight(context, ignored, 'tools/list as text/plain was answered.', answer)] : []
  },
}
