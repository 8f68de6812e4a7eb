/** Whether a session stands in for a token, and whether its id can be had (MCP, security best practices). */
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { readHeader } from '../probe/exchange.ts'
import { createCaller } from '../target/caller.ts'
import { initializeParameters, isServed, LEGACY_VERSION, type Speech } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const instead: Weakness = {
  id: 'session_instead_of_token',
  severity: 'high',
  title: 'Whoever knows the id of a session needs no token',
  spec: {
    sentence: 'MCP Servers MUST NOT use sessions for authentication.',
    link: specifications.mcpPractices('session-hijacking'),
  },
  fix: 'Verify the token of every request, and bind each session to who opened it.',
}

const unknown: Weakness = {
  id: 'unknown_session_served',
  severity: 'low',
  title: 'Calls in sessions that do not exist are served',
  spec: {
    sentence:
      'The server MAY terminate the session at any time, after which it MUST respond to requests containing that session ID with HTTP 404 Not Found.',
    link: specifications.mcpTransport('session-management'),
  },
  fix: 'Answer 404 to sessions that the server did not open.',
}

const guessable: Weakness = {
  id: 'guessable_session_id',
  severity: 'medium',
  title: 'Ids of sessions can be guessed',
  spec: {
    sentence:
      'The session ID SHOULD be globally unique and cryptographically secure (e.g., a securely generated UUID, a JWT, or a cryptographic hash).',
    link: specifications.mcpTransport('session-management'),
  },
  fix: 'Make ids of 128 random bits.',
}

/** The check. */
export const session: Check = {
  name: 'session',
  title: 'Does a session stand in for a token?',
  weaknesses: [instead, unknown, guessable],
  async run(context) {
    const { served } = context.target
    if (served === undefined || served.caller.speech.sessionId === undefined)
      return skip('the server opens no sessions')
    return [
      ...(await callWithoutToken(context, served.caller.speech)),
      ...(await callElsewhere(context, served.caller.speech)),
      ...(await compareIds(context)),
    ]
  },
}

async function callWithoutToken(context: AuditContext, speech: Speech): Promise<readonly Sighting[]> {
  const { probe, target } = context
  if (target.stranger.served) return []
  const answer = await createCaller({ probe, url: target.url, speech }).call({ method: 'tools/list' })
  return isServed(answer)
    ? [sight(context, instead, 'tools/list in the session of another was answered without a token.', answer)]
    : []
}

async function callElsewhere(context: AuditContext, speech: Speech): Promise<readonly Sighting[]> {
  const caller = context.target.served?.caller.speaking({ ...speech, sessionId: crypto.randomUUID() })
  const answer = await caller?.call({ method: 'tools/list' })
  if (answer === undefined || !isServed(answer)) return []
  return [sight(context, unknown, 'tools/list in a session with a made-up id was answered.', answer)]
}

/** Two ids that share all but their end, or are short, were not drawn. */
async function compareIds(context: AuditContext): Promise<readonly Sighting[]> {
  const opener = context.target.served?.caller.speaking({ era: 'legacy', version: LEGACY_VERSION })
  const ids: string[] = []
  for (let count = 0; count < 2; count += 1) {
    const answer = await opener?.call({ method: 'initialize', params: initializeParameters })
    const id = answer === undefined ? undefined : readHeader(answer, 'mcp-session-id')
    if (id === undefined) return []
    context.probe.conceal('session', id)
    ids.push(id)
  }
  const [first = '', second = ''] = ids
  const differing = [...first].filter((character, at) => character !== second[at]).length
  if (first.length >= 16 && differing >= 8) return []
  return [sight(context, guessable, `Two ids of ${first.length} characters differ in ${differing}.`)]
}
