/** A server's answer to `initialize` with one more capability: as JSON, or as the event of a stream that carries it. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import { rewriteAnswer } from '../response/rewrite-answer.ts'
import { legacyCapability } from './legacy-capability.ts'

/** Of the answer to the request with this `id`; what is no such answer passes as it is. */
export function putCapability(answer: Response, id: JsonValue, capability: JsonObject): Promise<Response> {
  return rewriteAnswer(answer, (text) => rewriteMessage(text, id, capability))
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
