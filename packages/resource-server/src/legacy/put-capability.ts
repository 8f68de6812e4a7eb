/** A server's answer to `initialize` with one more capability: as JSON, or as the event of a stream that carries it. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import { legacyCapability } from './legacy-capability.ts'
import { rewriteEvents } from './rewrite-events.ts'

/** Of the answer to the request with this `id`; what is no such answer passes as it is. */
export async function putCapability(answer: Response, id: JsonValue, capability: JsonObject): Promise<Response> {
  const { body, headers } = answer
  // Encoded bytes are nobody's text.
  if (body === null || headers.has('content-encoding')) return answer
  const rewrite = (text: string) => rewriteMessage(text, id, capability)
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === 'text/event-stream') return withBody(answer, rewriteEvents(body, rewrite))
  if (type !== 'application/json') return answer
  const text = await answer.text()
  return withBody(answer, rewrite(text) ?? text)
}

/** The length was that of the other body. */
function withBody(answer: Response, body: BodyInit): Response {
  const response = new Response(body, answer)
  response.headers.delete('content-length')
  return response
}

/** `undefined` for any message but the successful answer. The guard's word stands for whatever the handler says. */
function rewriteMessage(text: string, id: JsonValue, capability: JsonObject): string | undefined {
  const message = parse(text)
  if (!isJsonObject(message) || message.id !== id || !isJsonObject(message.result)) return undefined
  const { result } = message
  const capabilities = isJsonObject(result.capabilities) ? result.capabilities : {}
  const others = isJsonObject(capabilities.experimental) ? capabilities.experimental : {}
  const experimental = { ...others, [legacyCapability]: capability }
  return JSON.stringify({ ...message, result: { ...result, capabilities: { ...capabilities, experimental } } })
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
