/** Runs a call through the policy and says what came of it. */
import { type Rejection, rejections } from '@countersign/core'
import { type Call, describeCaller } from './call.ts'
import type { Objection } from './checks/check.ts'
import type { Decision } from './decision.ts'
import type { GuardContext } from './guard-context.ts'
import type { IncomingCall } from './incoming-call.ts'
import type { Policy } from './policy.ts'

/** A decision, and the call with all that was established about it. */
export interface Judgement {
  readonly decision: Decision
  readonly call: Call
}

/** Rejects (the promise) only when something of ours is broken; callers answer that with 500, and no access. */
export async function judge(incoming: IncomingCall, context: GuardContext, policy: Policy): Promise<Judgement> {
  const call: Call = { incoming }
  const refused = await findGravestObjection(call, context, policy)
  const nonce = wantsNonce(call, refused?.rejection) ? { nonce: await context.nonces.current() } : {}
  if (refused !== undefined) {
    context.events?.(describeRefusal(call, refused.rejection))
    return { call, decision: { allowed: false, rejection: refused.rejection, ...nonce } }
  }
  const caller = describeCaller(call)
  context.events?.({ type: 'allowed', clientId: caller.clientId, methods: listMethods(call), ...jktOf(call) })
  return { call, decision: { allowed: true, caller, body: call.body, ...nonce } }
}

/** The proof is spent in any case, and that it was used before is the gravest objection of all. */
async function findGravestObjection(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  try {
    const objection = await findObjection(call, context, policy)
    return (await policy.singleUse(call, context)) ?? objection
  } catch (error) {
    await policy.singleUse(call, context)
    throw error
  }
}

async function findObjection(call: Call, context: GuardContext, { checks }: Policy): Promise<Objection> {
  for (const { check } of checks) {
    const answer = check(call, context)
    // Most checks answer at once; awaiting those too would cost a turn of the queue each.
    const objection = answer instanceof Promise ? await answer : answer
    if (objection !== undefined) return objection
  }
  return undefined
}

/** A new nonce goes with every 401, and with any response to a proof that used another one (RFC 9449 §8.2). */
function wantsNonce({ proof }: Call, rejection: Rejection | undefined): boolean {
  return proof?.newestNonce === false || (rejection !== undefined && rejections[rejection.code].status === 401)
}

function jktOf({ proof }: Call): { jkt?: string } {
  return proof === undefined ? {} : { jkt: proof.jkt }
}

/** Names of requests are declared ones; what else a caller wrote stays out of the log. */
function listMethods({ messages = [] }: Call): readonly string[] {
  return messages.map((message) => (message.kind === 'request' ? message.method : message.kind))
}

function describeRefusal({ token }: Call, { code, reason }: Rejection) {
  return {
    type: 'refused' as const,
    code,
    ...(reason === undefined ? {} : { reason }),
    ...(token === undefined ? {} : { clientId: token.clientId }),
  }
}
