/** Whether messages have a limit. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed, phrase } from '../target/speech.ts'

const MEBIBYTES = 16

const unlimited: Weakness = {
  id: 'no_message_limit',
  severity: 'low',
  title: 'Messages of any size are read and acted on',
  spec: {
    sentence:
      'An API is vulnerable if at least one of the following limits is missing or set inappropriately: execution timeouts, maximum allocable memory, maximum upload file size.',
    link: 'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/',
  },
  fix: 'Answer 413 to bodies beyond what the tools need; a mebibyte is generous.',
}

/** The check. */
export const messageSize: Check = {
  name: 'message_size',
  title: 'Is there a limit to messages?',
  weaknesses: [unlimited],
  async run(context) {
    const caller = context.target.served?.caller
    if (caller === undefined) return skip(NO_SERVED_CALL)
    // Blanks between the members: nothing that would have to be kept.
    const body = phrase(caller.speech, 'tools/list').body.replace('{', `{${' '.repeat(MEBIBYTES * 1024 * 1024)}`)
    const answer = await caller.call({ method: 'tools/list', variation: { body, timeoutMs: 10_000 } })
    if (!isServed(answer)) return []
    const shown = { ...answer, request: { ...answer.request, body: `{ ${MEBIBYTES} MiB of blanks …` } }
    return [sight(context, unlimited, `A message of ${MEBIBYTES} MiB was answered.`, shown)]
  },
}
