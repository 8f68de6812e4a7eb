/** No client leans on a tool: the harder it does, the more it has to bring, until it has to wait. */
import type { Friction, FrictionDecision } from '@countersign/friction'
import { type Call, established } from '../call.ts'
import { findApproved, isApproved } from '../capabilities/approved-capabilities.ts'
import { type CapabilityLack, refuseLacks } from '../capabilities/capability-lack.ts'
import { type CapabilityUse, readToolCall } from '../capabilities/capability-use.ts'
import { isContinued } from '../continuations/continued-call.ts'
import type { GuardContext } from '../guard-context.ts'
import { everyArgument } from '../policy/capability-requirements.ts'
import type { Message } from '../policy/message.ts'
import type { AccessToken } from '../token/access-token.ts'
import type { Check, Objection } from './check.ts'

/**
 * Counts every call of a tool that begins and would otherwise pass. Refuses `friction_blocked`, or `approval_required` for a call
 * that no person has approved in the last minutes; one that somebody has spends that approval.
 */
export const friction: Check = async (call, context) => {
  if (context.pressure?.friction === undefined) return undefined
  const lacks: CapabilityLack[] = []
  for (const message of established(call.judged)) {
    const judged = await judge(message, { call, context, friction: context.pressure.friction })
    if (judged === undefined) continue
    if ('rejection' in judged) return judged
    lacks.push(judged)
  }
  return refuseLacks(lacks)
}

interface Judging {
  readonly call: Call
  readonly context: GuardContext
  readonly friction: Friction
}

/** A refusal for good, or an approval that is missing. */
async function judge(
  message: Message,
  { call, context, friction: { decide } }: Judging,
): Promise<Objection | CapabilityLack> {
  const tool = nameTool(message)
  if (tool === undefined || isContinued(message, call)) return undefined
  const token = established(call.token)
  const use = call.uses?.find((one) => one.message === message)
  const approved = use === undefined ? findApproved(message, call, context) : narrowToApproved(use, context)
  const decision = await decide({ client: nameClient(token), tool, approved: approved !== undefined })
  tell(decision, { tool, token, context })
  if (decision.outcome === 'blocked') {
    const { reason, retryAfter } = decision
    return { ok: false, rejection: { code: 'friction_blocked', reason, retryAfter } }
  }
  if (decision.outcome === 'approval') return describeLack(message, use, context)
  if (decision.level === 'high' && approved !== undefined) {
    call.uses = [...(call.uses ?? []).filter((one) => one !== use), approved]
  }
  return undefined
}

function nameTool(message: Message): string | undefined {
  if (message.kind === 'response' || message.method !== 'tools/call') return undefined
  return typeof message.params.name === 'string' ? message.params.name : undefined
}

/** Each user of a client by itself: one who was talked into something is not all of them. Each part with its length. */
function nameClient({ issuer, clientId, subject }: AccessToken): string {
  return `${issuer.length}:${issuer}${clientId.length}:${clientId}${subject}`
}

function narrowToApproved(use: CapabilityUse, { clock }: GuardContext): CapabilityUse | undefined {
  const now = clock()
  const [first, ...others] = use.candidates.filter((held) => isApproved(held, now))
  return first && { ...use, candidates: [first, ...others] }
}

/** Where approvals could not be counted there is nothing to ask for: only time helps. */
function describeLack(message: Message, use: CapabilityUse | undefined, context: GuardContext): CapabilityLack {
  const { ledger, requirements, resource } = context
  const toolCall = use?.call ?? readToolCall(message, resource)
  const tool = nameTool(message)
  const declared = tool === undefined ? undefined : requirements.tools.find(tool)
  const requirement = declared?.capability ?? everyArgument
  const isNameable = toolCall !== undefined && toolCall !== 'malformed' && ledger.lifetime === 'durable'
  return { code: 'approval_required', requirement, ...(isNameable && { call: toolCall }) }
}

interface Telling {
  readonly tool: string
  readonly token: AccessToken
  readonly context: GuardContext
}

/** Names that a caller made up are not told. */
function tell(decision: FrictionDecision, { tool, token, context }: Telling): void {
  const level = decision.outcome === 'blocked' ? 'blocked' : decision.level
  if (level === 'none' || context.requirements.tools.find(tool) === undefined) return
  context.events?.({ type: 'friction_level', tool, clientId: token.clientId, level })
}
