/** JSON-RPC messages as far as the guard has to understand them (JSON-RPC 2.0 §4, MCP base protocol). */
import { isJsonObject, type JsonValue, ok, type Result, refuse } from '@countersign/core'

/** One message of a body: a request or notification with its method, or a response to the server's own request. */
export type Message =
  | { readonly kind: 'request' | 'notification'; readonly method: string; readonly params: MessageParams }
  | { readonly kind: 'response' }

/** Own members of `params`; empty where the message has none. */
export type MessageParams = Readonly<Record<string, JsonValue>>

/** Reads a body as one message or, where protocol 2025-03-26 allows it, a batch of at most `batchLength`. */
export function readMessages(body: JsonValue, batchLength: number): Result<readonly Message[]> {
  if (!Array.isArray(body)) {
    const message = readMessage(body)
    return message === undefined ? refuse('malformed_body', 'message') : ok([message])
  }
  if (body.length === 0 || body.length > batchLength) return refuse('malformed_body', 'batch_length')
  const messages: Message[] = []
  for (const entry of body) {
    const message = readMessage(entry)
    if (message === undefined) return refuse('malformed_body', 'message')
    messages.push(message)
  }
  return ok(messages)
}

function readMessage(value: JsonValue): Message | undefined {
  if (!isJsonObject(value) || value.jsonrpc !== '2.0') return undefined
  // Exactly one of the three: a body that is a request to one reader and a response to another is neither here.
  const isCall = Object.hasOwn(value, 'method')
  const [isResult, isError] = [Object.hasOwn(value, 'result'), Object.hasOwn(value, 'error')]
  if (Number(isCall) + Number(isResult) + Number(isError) !== 1) return undefined
  if (!isCall) return { kind: 'response' }
  if (typeof value.method !== 'string') return undefined
  const params = value.params ?? {}
  if (!isJsonObject(params)) return undefined
  const kind = 'id' in value ? 'request' : 'notification'
  return { kind, method: value.method, params }
}
