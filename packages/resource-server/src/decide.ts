/** Runs a call through the policy and says what came of it. */
import { type Rejection, rejections } from '@countersign/core'
import { type Call, describeCaller } from './call.ts'
import type { Objection } from './checks/check.ts'
import type { Decision } from './decision.ts'
import { nameTools, tellDecision } from './decision-event.ts'
import type { GuardContext } from './guard-context.ts'
import type { IncomingCall } from './incoming-call.ts'
import type { Policy } from './policy.ts'
import { hasMore, spendAll, spendProof, spendUses } from './spending/spend-call.ts'

/** A decision, and the call with all that was established about it. */
export interface Judgement {
  readonly decision: Decision
  readonly call: Call
}

/** Rejects (the promise) only when something of ours is broken; callers answer that with 500, and no access. */
export function judge(incoming: IncomingCall, context: GuardContext, policy: Policy): Promise<Judgement> {
  const call: Call = { incoming }
  const { events, requirements } = context
  // Where nobody listens, nothing is measured and nothing described.
  if (events === undefined) return reachJudgement(call, context, policy)
  return tellDecision(call, { events, requirements }, () => reachJudgement(call, context, policy))
}

async function reachJudgement(call: Call, context: GuardContext, policy: Policy): Promise<Judgement> {
  const refused = await findGravestObjection(call, context, policy)
  const nonce = wantsNonce(call, refused?.rejection) ? await findNonce(call, context) : undefined
  if (refused !== undefined) {
    const { rejection } = refused
    return { call, decision: { allowed: false, rejection, ...(nonce !== undefined && { nonce }) } }
  }
  if (context.degraded?.isUse(call) === true) tellDegradedUse(call, context)
  const decision = { allowed: true, caller: describeCaller(call), body: call.body } as const
  return { call, decision: nonce === undefined ? decision : { ...decision, nonce } }
}

/** The proof is spent in any case, and that it was used before is the gravest objection of all. */
async function findGravestObjection(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  let objection: Objection
  try {
    objection = (await findObjection(call, context, policy.checks)) ?? context.degraded?.judgeCall(call)
  } catch (error) {
    if (policy.spendsRefused) await spendProof(call, context, policy)
    throw error
  }
  // Awaited: to hand a promise on from here would take longer than to wait for it.
  if (objection === undefined) return await admit(call, context, policy)
  return policy.spendsRefused ? ((await spendProof(call, context, policy)) ?? objection) : objection
}

/**
 * In one trip to the ledger, where nothing comes in between. What counts calls must count none that is sent again, and
 * a call that it refuses must spend no use: then the proof goes first, by itself.
 */
function admit(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  return context.pressure === undefined ? spendAll(call, context, policy) : admitCounted(call, context, policy)
}

async function admitCounted(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  const objection = (await spendProof(call, context, policy)) ?? (await findObjection(call, context, policy.pressure))
  return objection ?? (hasMore(call) ? spendUses(call, context, { policy }) : undefined)
}

function findNonce({ needsOwnNonce }: Call, { nonces, degraded }: GuardContext): Promise<string> {
  return (needsOwnNonce === true ? degraded?.nonces.own() : undefined) ?? nonces.current()
}

function tellDegradedUse({ token, messages = [] }: Call, { events, requirements }: GuardContext): void {
  if (token === undefined) return
  events?.({ type: 'degraded_use', clientId: token.clientId, tools: nameTools(messages, requirements) })
}

async function findObjection(call: Call, context: GuardContext, checks: Policy['checks']): Promise<Objection> {
  for (const { check } of checks) {
    const answer = check(call, context)
    // Most checks have nothing to say, at once; awaiting those too would cost a turn of the queue each.
    if (answer === undefined) continue
    const objection = answer instanceof Promise ? await answer : answer
    if (objection !== undefined) return objection
  }
  return undefined
}

/** A new nonce goes with every 401, and with any response to a proof that used another one (RFC 9449 §8.2). */
function wantsNonce({ proof }: Call, rejection: Rejection | undefined): boolean {
  return proof?.newestNonce === false || (rejection !== undefined && rejections[rejection.code].status === 401)
}
