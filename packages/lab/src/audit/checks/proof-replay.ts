/** Whether a captured call can be sent again (RFC 9449 §11.1): after the first, and at the same time. */
import { type AuditContext, type Check, NO_SERVED_CALL, sight, skip } from '../check.ts'
import type { Sighting, Weakness } from '../finding.ts'
import type { Caller } from '../target/caller.ts'
import { isServed } from '../target/speech.ts'
import { specifications } from './specifications.ts'

const AT_ONCE = 20

const rule = {
  sentence:
    'In the context of the target URI, servers can store the jti value of each DPoP proof for the time window in which the respective DPoP proof JWT would be accepted to prevent multiple uses of the same DPoP proof.',
  link: specifications.rfc9449('11.1'),
}

const replayed: Weakness = {
  id: 'replay_served',
  severity: 'high',
  title: 'A captured call is served again',
  spec: rule,
  fix: 'Demand DPoP proofs, and keep the id of each until it can no longer be accepted, also of calls that were refused.',
}

const raced: Weakness = {
  id: 'concurrent_replay_served',
  severity: 'high',
  title: 'A captured call is served more than once when it is sent often at the same time',
  spec: rule,
  fix: 'Look for the id and keep it in one step of the store.',
}

/** The check. */
export const proofReplay: Check = {
  name: 'proof_replay',
  title: 'Is a call served that is sent again, byte for byte?',
  weaknesses: [replayed, raced],
  async run(context) {
    const { holder, stranger } = context.target
    if (holder?.served !== true) return skip(NO_SERVED_CALL)
    if (stranger.served) return skip('the server serves strangers')
    const once = await replayOnce(context, holder.caller)
    return once.length > 0 ? once : replayAtOnce(context, holder.caller)
  },
}

async function replayOnce(context: AuditContext, caller: Caller): Promise<readonly Sighting[]> {
  const request = await caller.prepare({ method: 'tools/list' })
  const first = await context.probe.send(request)
  const second = await context.probe.send(request)
  if (!isServed(first) || !isServed(second)) return []
  return [sight(context, replayed, 'The same request was answered twice.', first, second)]
}

async function replayAtOnce(context: AuditContext, caller: Caller): Promise<readonly Sighting[]> {
  const request = await caller.prepare({ method: 'tools/list' })
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => context.probe.send(request)))
  const served = answers.filter(isServed)
  if (served.length <= 1) return []
  return [sight(context, raced, `${served.length} of ${AT_ONCE} copies were answered.`, ...served.slice(0, 2))]
}
