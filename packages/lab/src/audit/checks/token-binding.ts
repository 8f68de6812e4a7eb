/** Whether a stolen token is of use: whether it is bound to a key, and whether that is looked at. */
import { type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { isBound, readToken } from '../target/token-claims.ts'
import { specifications } from './specifications.ts'

const downgraded: Weakness = {
  id: 'bound_token_as_bearer',
  severity: 'high',
  title: 'A token that is bound to a key is taken from whoever has it',
  spec: {
    sentence:
      'Specifically, such a protected resource MUST reject a DPoP-bound access token received as a bearer token per [RFC6750].',
    link: specifications.rfc9449('7.2'),
  },
  fix: 'Where a token has cnf.jkt, take it by the DPoP scheme alone, with a proof by that key.',
}

const bearer: Weakness = {
  id: 'bearer_token',
  severity: 'medium',
  title: 'The token is bound to no key: whoever reads it may use it',
  spec: {
    sentence:
      'Authorization and resource servers SHOULD use mechanisms for sender-constraining access tokens, such as mutual TLS for OAuth 2.0 or OAuth 2.0 Demonstrating Proof of Possession (DPoP).',
    link: specifications.rfc9700('2.2.1'),
  },
  fix: 'Issue DPoP-bound tokens, and take no others.',
}

/** The check. */
export const tokenBinding: Check = {
  name: 'token_binding',
  title: 'Is the token of use to whoever steals it?',
  weaknesses: [downgraded, bearer],
  async run(context) {
    const { holder, stranger } = context.target
    const token = holder?.caller.holder?.token
    if (holder === undefined || token === undefined || !holder.served) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    const variation = { authorization: [`Bearer ${token}`], proof: { copies: 0 } as const }
    const answer = await holder.caller.call({ method: 'tools/list', variation })
    if (!isServed(answer)) return []
    const parts = readToken(token)
    // What an opaque token is bound to is known to its holder alone.
    const bound = parts === undefined ? holder.caller.holder?.key !== undefined : isBound(parts)
    const detail = bound
      ? 'A token with cnf.jkt was taken as a Bearer token, without a proof.'
      : 'tools/list was answered to a Bearer token.'
    return [sight(context, bound ? downgraded : bearer, detail, answer)]
  },
}
