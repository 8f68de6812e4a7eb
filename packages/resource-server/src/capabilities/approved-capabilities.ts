/** Capabilities that a person approved just now: what a tool asks for that a client leans on. */
import { matchCapability } from '@countersign/capability'
import { type Call, established } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'
import { everyArgument } from '../policy/capability-requirements.ts'
import type { Message } from '../policy/message.ts'
import type { HeldCapability } from '../token/access-token.ts'
import { type CapabilityUse, readToolCall } from './capability-use.ts'

/** Seconds for which an approval is one of this very call. */
const freshFor = 300

/** True for a capability that somebody saw and approved in the last five minutes. */
export function isApproved({ compiled: { capability } }: HeldCapability, now: number): boolean {
  return capability.approved_at !== undefined && Math.abs(now - capability.approved_at) <= freshFor
}

/** The use of an approved capability for a call whose scopes were enough; undefined where the token holds none. */
export function findApproved(message: Message, call: Call, context: GuardContext): CapabilityUse | undefined {
  const { capabilities = [] } = established(call.token)
  const toolCall = readToolCall(message, context.resource)
  if (capabilities.length === 0 || context.ledger.lifetime !== 'durable') return undefined
  if (toolCall === undefined || toolCall === 'malformed') return undefined
  const now = context.clock()
  const requirement = context.requirements.tools.find(toolCall.tool)?.capability ?? everyArgument
  const [first, ...others] = capabilities.filter(
    (held) => isApproved(held, now) && matchCapability(held.compiled, { ...toolCall, now }, requirement).ok,
  )
  return first && { message, call: toolCall, requirement, candidates: [first, ...others] }
}
