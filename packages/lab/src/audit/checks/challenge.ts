/** Whether a refused client is told how to get in (RFC 6750 §3, RFC 9728 §5.1). */
import { type Check, sight, skip } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { readChallengeParameter, readChallenges } from '../target/challenge.ts'
import { specifications } from './specifications.ts'

const silent: Weakness = {
  id: 'no_challenge',
  severity: 'medium',
  title: 'The 401 carries no challenge',
  spec: {
    sentence:
      'If the protected resource request does not include authentication credentials or does not contain an access token that enables access to the protected resource, the resource server MUST include the HTTP "WWW-Authenticate" response header field.',
    link: specifications.rfc6750('3'),
  },
  fix: 'Send WWW-Authenticate with the scheme, and with resource_metadata, on every 401.',
}

const unlocated: Weakness = {
  id: 'challenge_without_metadata',
  severity: 'low',
  title: 'The challenge does not say where the metadata of the server is',
  spec: {
    sentence: 'resource_metadata: The URL of the protected resource metadata.',
    link: specifications.rfc9728('5.1'),
  },
  fix: 'Add resource_metadata="https://…/.well-known/oauth-protected-resource/…" to the challenge.',
}

const wrongStatus: Weakness = {
  id: 'wrong_refusal_status',
  severity: 'low',
  title: 'A call without a token is refused with another status than 401',
  spec: {
    sentence: 'Invalid or expired tokens MUST receive a HTTP 401 response.',
    link: specifications.mcpAuthorization('token-handling'),
  },
  fix: 'Answer 401 where credentials are missing or invalid; clients begin to authorize at that status alone.',
}

/** The check. */
export const challenge: Check = {
  name: 'challenge',
  title: 'Is a refused client told how to get in?',
  weaknesses: [silent, unlocated, wrongStatus],
  async run(context) {
    const { answer, served } = context.target.stranger
    if (served) return skip('the server serves strangers')
    if (answer.status !== 401) {
      return [sight(context, wrongStatus, `A stranger was answered with ${answer.status}.`, answer)]
    }
    if (readChallenges(answer).length === 0) {
      return [sight(context, silent, 'The 401 has no WWW-Authenticate header.', answer)]
    }
    if (readChallengeParameter(answer, 'resource_metadata') !== undefined) return []
    return [sight(context, unlocated, 'No challenge has a resource_metadata parameter.', answer)]
  },
}
