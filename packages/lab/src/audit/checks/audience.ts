/** Whether tokens for other servers are taken: the confused deputy (RFC 8707, RFC 9068 §4). */
import { type AuditContext, type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { readAudiences, readToken } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

const foreign: Weakness = {
  id: 'foreign_audience_served',
  severity: 'high',
  title: 'Tokens for another server are taken',
  spec: {
    sentence:
      'MCP servers MUST validate that access tokens were issued specifically for them as the intended audience, according to RFC 8707 Section 2.',
    link: specifications.mcpAuthorization('token-handling'),
  },
  fix: 'Compare aud with the server’s own resource identifier, and refuse everything else with 401.',
}

const several: Weakness = {
  id: 'several_audiences',
  severity: 'low',
  title: 'The token is good at several servers',
  spec: {
    sentence:
      'Access tokens SHOULD be audience-restricted to a specific resource server or, if that is not feasible, to a small set of resource servers.',
    link: specifications.rfc9700('2.3'),
  },
  fix: 'Ask for one token per server, with one resource parameter each.',
}

/** The check. */
export const audience: Check = {
  name: 'audience',
  title: 'Are tokens for other servers refused?',
  weaknesses: [foreign, several],
  async run(context) {
    const { target } = context
    if (target.holder?.served !== true) return skip(NO_SERVED_CALL)
    if (target.stranger.served) return skip('the server serves strangers')
    const own = judgeOwnToken(context)
    const other = await presentOtherToken(context)
    if (own === undefined && other === undefined)
      return skip('the token is opaque: give one for another server (--other-token)')
    return [...(own ?? []), ...(other ?? [])]
  },
}

/** What the token that is served says of whom it is for. */
function judgeOwnToken(context: AuditContext): readonly Sighting[] | undefined {
  const { holder, url, resourceMetadata } = context.target
  const parts = readToken(holder?.caller.holder?.token ?? '')
  if (parts === undefined || holder === undefined) return undefined
  const audiences = readAudiences(parts)
  const names = [url.href, url.origin, `${url.origin}/`, resourceMetadata?.document?.resource]
  const said = audiences.join(', ') || 'nobody'
  if (!audiences.some((each) => names.includes(each))) {
    return [
      sight(context, foreign, `The token that is taken is for ${said}, and the server is ${url.href}.`, holder.answer),
    ]
  }
  return audiences.length === 1 ? [] : [sight(context, several, `aud is ${said}.`)]
}

async function presentOtherToken(context: AuditContext): Promise<readonly Sighting[] | undefined> {
  const { settings, probe, target } = context
  const { otherResource, obtain } = settings
  const asked =
    otherResource === undefined ? undefined : await obtain?.({ resource: otherResource }).catch(() => undefined)
  const token = settings.otherToken ?? asked
  const caller = target.holder?.caller
  if (token === undefined || caller === undefined) return undefined
  probe.conceal('token', token)
  const scheme = caller.holder?.key === undefined ? 'Bearer' : 'DPoP'
  const answer = await caller.call({ method: 'tools/list', variation: { authorization: [`${scheme} ${token}`] } })
  return isServed(answer) ? [sight(context, foreign, 'A token for another server was taken.', answer)] : []
}
