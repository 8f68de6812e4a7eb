/** Whether a stranger can make the server wait for, and hold, a large body. */
import { type Check, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { phrase } from '../target/speech.ts'

const WAITED_MS = 2_000

const waits: Weakness = {
  id: 'body_read_before_token',
  severity: 'low',
  title: 'The body of a stranger is waited for before anybody asks for a token',
  spec: {
    sentence:
      'An API is vulnerable if at least one of the following limits is missing or set inappropriately: execution timeouts, maximum allocable memory, maximum upload file size.',
    link: 'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/',
  },
  fix: 'Judge the headers, Content-Length among them, before the body is read.',
}

/** The check. */
export const bodyBeforeToken: Check = {
  name: 'body_before_token',
  title: 'Is a stranger refused before the body is read?',
  weaknesses: [waits],
  async run(context) {
    const { stranger, url } = context.target
    const { headers } = phrase(stranger.caller.speech, 'tools/list')
    const announcedLength = 1024 * 1024 * 1024
    const answer = await context.probe.send({ url: url.href, headers, announcedLength, timeoutMs: WAITED_MS })
    if (answer.failure !== 'timed_out') return answer.status === 0 ? skip('the connection was closed unanswered') : []
    const detail = `A body of 1 GiB was announced and none sent; nothing was answered within ${WAITED_MS / 1000} s.`
    return [sight(context, waits, detail, answer)]
  },
}
