/** Whether tokens are taken from URLs, where logs and histories keep them. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const taken: Weakness = {
  id: 'token_in_url_served',
  severity: 'high',
  title: 'Tokens in the URL are taken',
  spec: {
    sentence: 'Access tokens MUST NOT be included in the URI query string.',
    link: specifications.mcpAuthorization('token-requirements'),
  },
  fix: 'Take tokens from the Authorization header alone.',
}

/** The check. */
export const tokenInUrl: Check = {
  name: 'token_in_url',
  title: 'Is a token in the URL ignored?',
  weaknesses: [taken],
  async run(context) {
    const { holder, stranger, url } = context.target
    const token = holder?.caller.holder?.token
    if (holder?.served !== true || token === undefined) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    for (const name of ['access_token', 'token']) {
      const asked = new URL(url)
      asked.searchParams.set(name, token)
      const answer = await holder.caller.call({
        method: 'tools/list',
        variation: { url: asked.href, authorization: [] },
      })
      if (isServed(answer)) return [sight(context, taken, `?${name}= was taken instead of the header.`, answer)]
    }
    return []
  },
}
