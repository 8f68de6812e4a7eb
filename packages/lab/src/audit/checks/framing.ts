/** Whether a request has two lengths, of which a proxy may believe the one and the server the other (RFC 9112 §6.3). */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'

const ambiguous: Weakness = {
  id: 'ambiguous_framing_served',
  severity: 'medium',
  title: 'Requests with two lengths are served',
  spec: {
    sentence:
      'Such a message might indicate an attempt to perform request smuggling or response splitting and ought to be handled as an error.',
    link: 'https://www.rfc-editor.org/rfc/rfc9112#section-6.3',
  },
  fix: 'Answer 400 to requests with both Content-Length and Transfer-Encoding.',
}

/** The check. */
export const framing: Check = {
  name: 'framing',
  title: 'Is a request with two lengths refused?',
  weaknesses: [ambiguous],
  async run(context) {
    const caller = context.target.served?.caller
    if (caller === undefined) return skip(NO_SERVED_CALL)
    const headers = [
      ['Content-Length', '4'],
      ['Transfer-Encoding', 'chunked'],
    ] as const
    const answer = await caller.call({ method: 'tools/list', variation: { headers } })
    return isServed(answer)
      ? [sight(context, ambiguous, 'Content-Length: 4 beside a chunked body was ignored.', answer)]
      : []
  },
}
