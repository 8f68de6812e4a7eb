/** A capability of the token allows this very call: tool, arguments, time (RFC 9396 for the carrier; the type is ours). */
import { matchCapability } from '@countersign/capability'
import { type Call, established } from '../call.ts'
import { type CapabilityLack, refuseLacks } from '../capabilities/capability-lack.ts'
import { type CapabilityUse, readToolCall } from '../capabilities/capability-use.ts'
import { isContinued } from '../continuations/continued-call.ts'
import type { GuardContext } from '../guard-context.ts'
import { everyArgument } from '../policy/capability-requirements.ts'
import type { Message } from '../policy/message.ts'
import { findRequirements } from '../policy/message-requirement.ts'
import type { DeclaredRequirement } from '../policy/requirement-tables.ts'
import type { AccessToken, HeldCapability } from '../token/access-token.ts'
import type { Check } from './check.ts'

/** Whether a capability allows a call; see `matchCapability`. */
export type CapabilityMatcher = typeof matchCapability

/** What comes of a message: a use to be spent, something that it lacks, or nothing, and then scopes decide. */
type Finding = { readonly use: CapabilityUse } | { readonly lack: CapabilityLack } | undefined

/**
 * Establishes `uses`, and in `scoped` what scopes are still asked for. A tool that asks for a capability needs one;
 * for any other a matching one stands in where scopes are missing, and grants those scopes to nothing else.
 */
export function createCapabilityCheck(match: CapabilityMatcher = matchCapability): Check {
  return (call, context) => {
    // What can't be counted allows nothing; a guard that asks for capabilities has a ledger that counts.
    if (context.ledger.lifetime !== 'durable') return undefined
    const isOpen =
      context.requirements.tools.asksForCapability ||
      established(call.token).capabilities !== undefined ||
      call.continued !== undefined
    return isOpen ? judgeMessages(call, context, match) : undefined
  }
}

/** The check with nothing weak about it. */
export const capability: Check = createCapabilityCheck()

function judgeMessages(call: Call, context: GuardContext, match: CapabilityMatcher): ReturnType<typeof refuseLacks> {
  const token = established(call.token)
  const uses: CapabilityUse[] = []
  const lacks: CapabilityLack[] = []
  const scoped: DeclaredRequirement[] = []
  for (const message of established(call.judged)) {
    if (isContinued(message, call)) continue
    const finding = judgeMessage(message, context, { token, match })
    if (finding === undefined) scoped.push(...listRequirements(message, context))
    else if ('use' in finding) uses.push(finding.use)
    else lacks.push(finding.lack)
  }
  if (uses.length > 0) call.uses = uses
  if (uses.length > 0 || call.continued !== undefined) call.scoped = scoped
  return refuseLacks(lacks)
}

function listRequirements(message: Message, { requirements }: GuardContext): readonly DeclaredRequirement[] {
  const found = findRequirements(message, requirements)
  return found.ok ? found.value : []
}

interface Holding {
  readonly token: AccessToken
  readonly match: CapabilityMatcher
}

function judgeMessage(message: Message, context: GuardContext, { token, match }: Holding): Finding {
  const toolCall = readToolCall(message, context.resource)
  if (toolCall === undefined) return undefined
  const [declared] = listRequirements(message, context)
  const requirement = declared?.capability ?? everyArgument
  const isAsked = declared?.capability !== undefined
  if (!isAsked && hasScopes(token, declared)) return undefined
  if (toolCall === 'malformed') {
    return isAsked ? { lack: { code: 'capability_mismatch', reason: 'arguments', requirement } } : undefined
  }
  const timed = { ...toolCall, now: context.clock() }
  const candidates: HeldCapability[] = []
  let lack: CapabilityLack = { code: 'capability_required', call: toolCall, requirement }
  for (const held of token.capabilities ?? []) {
    if (held.compiled.capability.tool !== toolCall.tool) continue
    const matched = match(held.compiled, timed, requirement)
    if (matched.ok) candidates.push(held)
    else lack = graver(lack, { code: matched.code, reason: matched.reason, call: toolCall, requirement })
  }
  const [first, ...others] = candidates
  if (first !== undefined) return { use: { message, call: toolCall, requirement, candidates: [first, ...others] } }
  // Whoever has none for this tool is told of the scopes, as ever.
  return isAsked || lack.code !== 'capability_required' ? { lack } : undefined
}

function hasScopes({ scopes }: AccessToken, requirement: DeclaredRequirement | undefined): boolean {
  return requirement?.scopes?.every((one) => scopes.has(one)) ?? true
}

/** A mismatch is graver than having run out, and anything that was found than nothing. */
function graver(known: CapabilityLack, found: CapabilityLack): CapabilityLack {
  if (known.code === 'capability_required') return found
  return known.code === 'capability_mismatch' ? known : found
}
