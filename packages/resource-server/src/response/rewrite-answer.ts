/** A handler's answer in which a message is replaced: as JSON, or as the event of a stream that carries it. */
import { type Rewrite, rewriteEvents } from './rewrite-events.ts'

/** The same answer, but for what `rewrite` replaces; of other types than a handler of MCP has, as it is. */
export async function rewriteAnswer(answer: Response, rewrite: Rewrite): Promise<Response> {
  const { body, headers } = answer
  // Encoded bytes are nobody's text.
  if (body === null || headers.has('content-encoding')) return answer
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === 'text/event-stream') return withBody(answer, rewriteEvents(body, rewrite))
  if (type !== 'application/json') return answer
  const text = await answer.text()
  return withBody(answer, (await rewrite(text)) ?? text)
}

/** The length was that of the other body. */
function withBody(answer: Response, body: BodyInit): Response {
  const response = new Response(body, answer)
  response.headers.delete('content-length')
  return response
}
