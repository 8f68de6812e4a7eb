/** `Mcp-Method` and `Mcp-Name` say what the body says (MCP 2026-07-28, Streamable HTTP): proxies judge by one, servers act on the other. */
import { refuse } from '@countersign/core'
import { established } from '../call.ts'
import type { IncomingCall } from '../incoming-call.ts'
import type { Message } from '../policy/message.ts'
import type { Check } from './check.ts'

/** Where they are there, they must match; a batch has no one method, so it must not carry them. */
export const routingHeaders: Check = (call) => {
  const methods = call.incoming.header('mcp-method')
  const names = call.incoming.header('mcp-name')
  if (methods.length === 0 && names.length === 0) return undefined
  const [message, ...others] = established(call.messages)
  const consistent =
    message !== undefined && others.length === 0 && methods.length <= 1 && names.length <= 1
      ? matches(call.incoming, message)
      : false
  return consistent ? undefined : refuse('header_mismatch')
}

/** Which member of `params` the name is a copy of: any other would let a proxy judge one thing, and the server act on another. */
const namedBy: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

function matches(incoming: IncomingCall, message: Message): boolean {
  if (message.kind === 'response') return false
  const [method] = incoming.header('mcp-method')
  const [name] = incoming.header('mcp-name')
  if (method !== undefined && method !== message.method) return false
  if (name === undefined) return true
  const decoded = decodeHeaderValue(name)
  return decoded !== undefined && decoded === message.params[namedBy.get(message.method) ?? '']
}

/** Values that are not plain ASCII come as `=?base64?…?=` (MCP 2026-07-28, Streamable HTTP, value encoding). */
function decodeHeaderValue(value: string): string | undefined {
  const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value)?.[1]
  if (encoded === undefined) return value
  try {
    const octets = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch {
    return undefined
  }
}
