/** Reads out of a request body which call is being made, for the person who is to approve it (JSON-RPC 2.0 §4). */
import { isJsonObject, type JsonObject, parseStrictJson } from '@countersign/core'
import { membersOf } from './json-members.ts'
import { decodeUtf8 } from './utf8.ts'

/** One call; `tool` and `arguments` are set for `tools/call`. */
export interface McpCall {
  readonly method: string
  readonly tool?: string
  readonly arguments?: unknown
}

/** One call of a tool. */
export interface OutgoingToolCall {
  readonly tool: string
  /** Empty where the call has none. */
  readonly arguments: JsonObject
  /** Whether it goes on with a call that the server had answered with a question (MCP, multi round trip requests). */
  readonly isContinued: boolean
}

/**
 * Reads the one call that a body makes.
 *
 * @returns undefined for a body that is ambiguous (duplicate members, several messages) or no JSON-RPC call at all:
 * what cannot be shown truthfully cannot be approved
 */
export function readMcpCall(content: Uint8Array): McpCall | undefined {
  const message = readMessage(content)
  if (message === undefined) return undefined
  const { method, params } = message
  if (method !== 'tools/call') return { method }
  const { name, arguments: args } = membersOf(params)
  return typeof name === 'string' ? { method, tool: name, arguments: args } : undefined
}

/** Reads the one tool call that a body makes; undefined for anything else, and for arguments that are no object. */
export function readToolCall(content: Uint8Array): OutgoingToolCall | undefined {
  const message = readMessage(content)
  if (message?.method !== 'tools/call' || !isJsonObject(message.params)) return undefined
  const { name, arguments: args = {}, requestState, inputResponses } = message.params
  if (typeof name !== 'string' || !isJsonObject(args)) return undefined
  return { tool: name, arguments: args, isContinued: requestState !== undefined || inputResponses !== undefined }
}

function readMessage(content: Uint8Array) {
  const text = decodeUtf8(content)
  const parsed = text === undefined ? undefined : parseStrictJson(text)
  if (parsed?.ok !== true) return undefined
  const message = Array.isArray(parsed.value) && parsed.value.length === 1 ? parsed.value[0] : parsed.value
  if (!isJsonObject(message)) return undefined
  const { method, params } = { ...message }
  return typeof method === 'string' ? { method, params } : undefined
}
