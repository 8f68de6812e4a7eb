/** Reads out of a request body which call is being made, for the person who is to approve it (JSON-RPC 2.0 §4). */
import { parseStrictJson } from '@countersign/core'
import { membersOf } from './json-members.ts'
import { decodeUtf8 } from './utf8.ts'

/** One call; `tool` and `arguments` are set for `tools/call`. */
export interface McpCall {
  readonly method: string
  readonly tool?: string
  readonly arguments?: unknown
}

/**
 * Reads the one call that a body makes.
 *
 * @returns undefined for a body that is ambiguous (duplicate members, several messages) or no JSON-RPC call at all:
 * what cannot be shown truthfully cannot be approved
 */
export function readMcpCall(content: Uint8Array): McpCall | undefined {
  const text = decodeUtf8(content)
  const parsed = text === undefined ? undefined : parseStrictJson(text)
  if (parsed?.ok !== true) return undefined
  const message = Array.isArray(parsed.value) && parsed.value.length === 1 ? parsed.value[0] : parsed.value
  const { method, params } = membersOf(message)
  if (typeof method !== 'string') return undefined
  if (method !== 'tools/call') return { method }
  const { name, arguments: args } = membersOf(params)
  return typeof name === 'string' ? { method, tool: name, arguments: args } : undefined
}
