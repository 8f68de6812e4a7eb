/** A call of a tool that a capability is to be spent for. */
import type { CompleteCapabilityRequirement, ToolCall } from '@countersign/capability'
import { isJsonObject } from '@countersign/core'
import type { CallerCapability } from '../decision.ts'
import type { Message } from '../policy/message.ts'
import type { HeldCapability } from '../token/access-token.ts'

/** One use: which call it is for, and what may be spent for it. */
export interface CapabilityUse {
  readonly message: Message
  readonly call: ToolCall
  readonly requirement: CompleteCapabilityRequirement
  /** The capabilities of the token that allow the call, in the token's order. */
  readonly candidates: readonly [HeldCapability, ...HeldCapability[]]
}

/** A use that was spent. */
export interface SpentUse {
  readonly message: Message
  readonly capability: CallerCapability
  /** Its id, and those of what it was narrowed from. */
  readonly lineage: readonly string[]
}

/** Which one, of those that would have done. */
export function describeSpent(message: Message, { compiled: { capability } }: HeldCapability): SpentUse {
  const { tool, id, expires, approved_at: approvedAt, ancestors = [] } = capability
  return {
    message,
    capability: { tool, id, expires, ...(approvedAt !== undefined && { approvedAt }) },
    lineage: [id, ...ancestors.map((ancestor) => ancestor.id)],
  }
}

/** The call that a message makes: `undefined` for what is no call of a tool, `malformed` without arguments by name. */
export function readToolCall(message: Message, resource: string): ToolCall | 'malformed' | undefined {
  if (message.kind === 'response' || message.method !== 'tools/call') return undefined
  const { name, arguments: args = {} } = message.params
  if (typeof name !== 'string') return undefined
  return isJsonObject(args) ? { resource, tool: name, arguments: args } : 'malformed'
}
