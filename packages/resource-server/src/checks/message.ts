/** The body is JSON that every reader reads alike, and JSON-RPC (JSON-RPC 2.0 §4, RFC 8259 §4). */
import { parseStrictJson, refuse } from '@countersign/core'
import { readMessages } from '../policy/message.ts'
import type { Check } from './check.ts'

/** Fatal: bytes that are no UTF-8 are not quietly replaced. A byte order mark stays in, and is refused as no JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Establishes `body` and `messages`. */
export const message: Check = (call, { limits }) => {
  if (call.content === undefined) {
    call.messages = []
    return undefined
  }
  const text = decode(call.content)
  if (text === undefined) return refuse('malformed_body', 'utf8')
  const body = parseStrictJson(text, { maxDepth: limits.jsonDepth })
  if (!body.ok) return refuse('malformed_body', body.reason)
  const messages = readMessages(body.value, limits.batchLength)
  if (!messages.ok) return messages
  call.body = body.value
  call.messages = messages.value
  return undefined
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets)
  } catch {
    return undefined
  }
}
