/** Whether one call is what a capability allows: tool, arguments and time. Uses are counted by the ledger. */
import type { ToolCall } from './capability.ts'
import type { CompiledCapability } from './compile-capability.ts'
import { type ArgumentMismatch, judgeArguments } from './judge-arguments.ts'
import type { CompleteCapabilityRequirement } from './requirement/capability-requirement.ts'

/** A call and when it came. */
export interface TimedCall extends ToolCall {
  /** NumericDate. */
  readonly now: number
}

/** Whether the call may pass, or the code of the rejection and a constant word for the log. */
export type CapabilityMatch =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'capability_mismatch'; readonly reason: MismatchReason }
  | { readonly ok: false; readonly code: 'capability_expired'; readonly reason: 'expired' | 'not_yet' }

/**
 * What does not fit: another server or tool; a capability that does not pin what is acted on; a constrained argument
 * that is missing, or is something else; an argument that is neither constrained nor free.
 */
export type MismatchReason = 'resource' | 'tool' | 'object' | ArgumentMismatch

/** Time comes last: who is told `expired` has what fits. No tolerance; a caller that wants one shifts `now`. */
export function matchCapability(
  compiled: CompiledCapability,
  call: TimedCall,
  requirement: CompleteCapabilityRequirement,
): CapabilityMatch {
  const mismatch = findMismatch(compiled, call, requirement)
  if (mismatch !== undefined) return { ok: false, code: 'capability_mismatch', reason: mismatch }
  const { not_before = 0, expires } = compiled.capability
  // Negated, so that a time that is none (NaN) lets nothing pass.
  if (!(call.now < expires)) return { ok: false, code: 'capability_expired', reason: 'expired' }
  return call.now >= not_before ? { ok: true } : { ok: false, code: 'capability_expired', reason: 'not_yet' }
}

function findMismatch(
  compiled: CompiledCapability,
  call: ToolCall,
  { object, freeTree }: CompleteCapabilityRequirement,
): MismatchReason | undefined {
  if (compiled.resource !== call.resource) return 'resource'
  if (compiled.capability.tool !== call.tool) return 'tool'
  for (const pointer of object) if (!compiled.pinned.has(pointer)) return 'object'
  return judgeArguments(compiled, call.arguments, freeTree)
}
