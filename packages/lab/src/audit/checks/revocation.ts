/** How long a token is taken that was revoked (RFC 7009). Asked only where the operator allows it: the token is gone after that. */
import { setTimeout as wait } from 'node:timers/promises'
import { type AuditContext, type Check, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const PATIENCE_SECONDS = 10
const STEP_MS = 500

const lives: Weakness = {
  id: 'revoked_token_served',
  severity: 'medium',
  title: 'A revoked token is still taken',
  spec: {
    sentence:
      'In the next step, the authorization server invalidates the token. The invalidation takes place immediately, and the token cannot be used again after the revocation.',
    link: specifications.rfc7009('2.1'),
  },
  fix: 'Introspect, or follow the revocations of the authorization server.',
}

/** The check. */
export const revocation: Check = {
  name: 'revocation',
  title: 'Is a revoked token refused, and how soon?',
  weaknesses: [lives],
  async run(context) {
    const { holder, stranger } = context.target
    const { revoke } = context.settings
    const token = holder?.caller.holder?.token
    if (revoke === undefined) return skip('it ends the token: ask for it with --revoke')
    if (holder?.served !== true || token === undefined || stranger.served) return skip('no call is served for a token')
    await revoke(token)
    return watch(context)
  },
}

async function watch(context: AuditContext): Promise<readonly Sighting[]> {
  const seconds = context.settings.revocationSeconds ?? PATIENCE_SECONDS
  const until = Date.now() + seconds * 1000
  for (;;) {
    const answer = await context.target.holder?.caller.call({ method: 'tools/list' })
    if (answer === undefined || !isServed(answer)) return []
    if (Date.now() > until) return [sight(context, lives, `It was taken for ${seconds} seconds and more.`, answer)]
    await wait(STEP_MS)
  }
}
