/** Whether a stranger is served. */
import type { Check } from '../check.ts'
import type { Weakness } from '../finding.ts'
import { specifications } from './specifications.ts'

const open: Weakness = {
  id: 'no_token_needed',
  severity: 'high',
  title: 'Calls are served without a token',
  spec: {
    sentence:
      'MCP servers, acting in their role as an OAuth 2.1 resource server, MUST validate access tokens as described in OAuth 2.1 Section 5.2.',
    link: specifications.mcpAuthorization('token-handling'),
  },
  fix: 'Put the server behind a guard that demands an access token for every call.',
}

/** The check. */
export const tokenRequired: Check = {
  name: 'token_required',
  title: 'Does a call need a token?',
  weaknesses: [open],
  async run({ probe, target: { stranger } }) {
    if (!stranger.served) return []
    return [
      { weakness: open, detail: 'tools/list was answered to a stranger.', evidence: probe.evidence(stranger.answer) },
    ]
  },
}
