/** Judges calls by the capabilities of their token, and counts uses: as a resource server does, in its fewest words. */
import {
  type CapabilityRequest,
  type CapabilityRequirement,
  compileCapability,
  completeCapabilityRequirement,
  describeWantedCapability,
  matchCapability,
  parseCapabilities,
} from '@countersign/capability'
import type { JsonObject } from '@countersign/core'

/** A call, and what its token holds. */
export interface JudgedCall {
  readonly resource: string
  readonly tool: string
  readonly arguments: JsonObject
  readonly details: unknown
  readonly now: number
}

/** How a server asks for capabilities. */
export interface CapabilityCheck {
  /** Whether only what a person has just approved will do. */
  needsApproval: boolean
  /** What the server makes of the entry that it asks for. */
  tamper: ((entry: CapabilityRequest) => unknown) | undefined
  /** Uses by capability id. */
  readonly used: Map<string, number>
  /** The code of the refusal and what to ask for; undefined for a call that may pass, whose use is spent then. */
  judge(call: JudgedCall): { code: string; entry: unknown } | undefined
}

/** Makes a check for a tool. */
export function createCapabilityCheck(requirement: CapabilityRequirement): CapabilityCheck {
  const complete = completeCapabilityRequirement(requirement)
  const check: CapabilityCheck = {
    needsApproval: false,
    tamper: undefined,
    used: new Map(),
    judge(call) {
      const held = parseCapabilities(call.details, 'token')
      const fitting = (held.ok ? held.value : []).find(
        (capability) => matchCapability(compileCapability(capability), call, complete).ok,
      )
      const wanted = describeWantedCapability(complete, call)
      const refuse = (code: string) => ({
        code,
        entry: wanted.ok ? (check.tamper?.(wanted.value) ?? wanted.value) : {},
      })
      if (fitting === undefined) return refuse('capability_required')
      if (check.needsApproval && fitting.approved_at === undefined) return refuse('approval_required')
      const counters = [fitting, ...(fitting.ancestors ?? [])]
      if (counters.some(({ id, uses }) => (check.used.get(id) ?? 0) >= uses)) return refuse('capability_exhausted')
      for (const { id } of counters) check.used.set(id, (check.used.get(id) ?? 0) + 1)
      return undefined
    },
  }
  return check
}
