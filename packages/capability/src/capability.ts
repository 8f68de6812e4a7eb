/** Capabilities as they cross the network: `authorization_details` entries (RFC 9396 §2) of the type `mcp_tool`. */
import type { JsonObject } from '@countersign/core'
import type { ArgumentConstraints } from './constraint.ts'

/** What the entry as asked for and the entry as granted have in common. */
export interface CapabilityTerms {
  readonly type: 'mcp_tool'
  /** The one resource server, by its resource identifier (RFC 8707), to the letter. */
  readonly locations: readonly [string]
  readonly tool: string
  readonly arguments: ArgumentConstraints
  /** NumericDate; not good before then. */
  readonly not_before?: number
  /** How many calls in all, 1 to 1000. */
  readonly uses: number
}

/** What a client asks for; id and expiry are the authorization server's to give. */
export interface CapabilityRequest extends CapabilityTerms {
  /** For how long from when it becomes good, 1 to 3600. */
  readonly seconds: number
}

/** What a token holds. */
export interface Capability extends CapabilityTerms {
  /** 128 random bits, base64url: with the issuer, what uses are counted by. */
  readonly id: string
  /** NumericDate; not good from then on. */
  readonly expires: number
  /** What it was narrowed from, nearest last, 1 to 4 of them: a use of it is a use of each. */
  readonly ancestors?: readonly CapabilityAncestor[]
  /** When a person saw exactly this and said yes, NumericDate; absent where nobody was asked. */
  readonly approved_at?: number
}

/** All that counting needs to know of a capability that another one was narrowed from. */
export interface CapabilityAncestor {
  readonly id: string
  readonly uses: number
  readonly expires: number
}

/** Where an entry stands: in a token, or in a request or challenge. */
export type CapabilityPlace = 'token' | 'request'

/** One call of a tool, as it arrived. */
export interface ToolCall {
  /** Resource identifier of the server that was called. */
  readonly resource: string
  readonly tool: string
  /** As `parseStrictJson` yields them. */
  readonly arguments: JsonObject
}
