/** How long a stolen token is of use, and whether it is over when it says so. */
import { type AuditContext, type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { isBound, readToken } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

const HOUR = 3600

const endless: Weakness = {
  id: 'token_without_expiry',
  severity: 'high',
  title: 'Tokens without an expiry are taken',
  spec: {
    sentence: 'The current time MUST be before the time represented by the "exp" claim.',
    link: specifications.rfc9068('4'),
  },
  fix: 'Refuse tokens without exp, and issue them with one.',
}

const long: Weakness = {
  id: 'long_lived_token',
  severity: 'low',
  title: 'The token lives longer than an hour',
  spec: {
    sentence: 'Authorization servers SHOULD issue short-lived access tokens to reduce the impact of leaked tokens.',
    link: specifications.mcpAuthorization('token-theft'),
  },
  fix: 'Issue tokens for minutes, and refresh them.',
}

const expired: Weakness = {
  id: 'expired_token_served',
  severity: 'high',
  title: 'Tokens that have expired are taken',
  spec: {
    sentence: 'Invalid or expired tokens MUST receive a HTTP 401 response.',
    link: specifications.mcpAuthorization('token-handling'),
  },
  fix: 'Compare exp with the clock at every call, also where the token is cached.',
}

/** The check. */
export const tokenLifetime: Check = {
  name: 'token_lifetime',
  title: 'Is a token short-lived, and over when it says so?',
  weaknesses: [endless, long, expired],
  async run(context) {
    const { holder, stranger } = context.target
    if (holder?.served !== true) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    const parts = readToken(holder.caller.holder?.token ?? '')
    const late = await presentExpired(context)
    if (parts === undefined) return late ?? skip('the token is opaque: give an expired one (--expired-token)')
    const { exp, iat } = parts.claims
    if (typeof exp !== 'number')
      return [sight(context, endless, 'The token has no exp.', holder.answer), ...(late ?? [])]
    const begins = typeof iat === 'number' ? iat : Date.now() / 1000
    const limit = isBound(parts) ? 24 * HOUR : HOUR
    const hours = Math.round((exp - begins) / 360) / 10
    const lives = exp - begins > limit ? [sight(context, long, `It lives for ${hours} hours.`)] : []
    return [...lives, ...(late ?? [])]
  },
}

async function presentExpired({ probe, target, settings }: AuditContext): Promise<readonly Sighting[] | undefined> {
  const { expiredToken } = settings
  const caller = target.holder?.caller
  if (expiredToken === undefined || caller === undefined) return undefined
  const scheme = caller.holder?.key === undefined ? 'Bearer' : 'DPoP'
  const answer = await caller.call({
    method: 'tools/list',
    variation: { authorization: [`${scheme} ${expiredToken}`] },
  })
  return isServed(answer) ? [sight({ probe }, expired, 'The expired token was taken.', answer)] : []
}
