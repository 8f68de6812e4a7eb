/**
 * A call that answered `input_required` and is to go on (MCP 2026-07-28, multi round-trip requests): what the guard has
 * to know of it again, and gives the caller to keep as `requestState`.
 */
import type { ToolCall } from '@countersign/capability'
import { isJsonObject, type JsonValue, type Verifier } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { CallerCapability } from '../decision.ts'

/** Rounds after which a call has to come to an end, and seconds from its beginning. */
export const continuationLimits = { rounds: 10, seconds: 600 } as const

/** The use of a capability that goes on. */
export interface Continuation {
  readonly version: 1
  /** Random; spent when the call goes on, so that it does so once from here. */
  readonly id: string
  readonly caller: string
  readonly tool: string
  /** Of the arguments, whatever the order of members. */
  readonly digest: string
  readonly capability: CallerCapability
  /** Its id, and those of what it was narrowed from: with any of them revoked the call ends. */
  readonly lineage: readonly string[]
  /** When the token of the first round was issued, NumericDate. */
  readonly issuedAt: number
  /** 1 for what the first answer gives. */
  readonly round: number
  /** NumericDate. */
  readonly expires: number
  /** The handler's own state, where it has one. */
  readonly state?: string
}

/** What is open to read only for us may still be from another release of ours. */
export function isContinuation(value: unknown): value is Continuation {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1
}

/** Who may go on: the same user with the same client and key, whichever token they come with. */
export function describeOwner(call: Call): string {
  const { issuer, subject, clientId } = established(call.token)
  return [issuer, subject, clientId, call.proof?.jkt ?? ''].map((part) => `${part.length}:${part}`).join('')
}

/** SHA-256 over the arguments, base64url. */
export async function digestArguments(verifier: Verifier, { arguments: args }: ToolCall): Promise<string> {
  return verifier.digest(JSON.stringify(order(args)))
}

/** Members in one order: a client may write them in another when it comes again. */
function order(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(order)
  if (!isJsonObject(value)) return value
  const names = Object.keys(value).sort()
  // Pairs, as a member may be called `__proto__`; in an object of their own, so that no list reads like them.
  return { members: names.map((name) => [name, order(value[name] ?? null)]) }
}
