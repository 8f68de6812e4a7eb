/** Sends the events of a run as they come (server-sent events, HTML Standard §9.2). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Run } from './run-queue.ts'

/** Writes until the run is over or the browser has gone; one that comes back goes on where it was. */
export function streamEvents(run: Run, request: IncomingMessage, response: ServerResponse): void {
  const last = request.headersDistinct['last-event-id']?.[0] ?? ''
  const from = /^\d{1,6}$/.test(last) ? Number(last) + 1 : 0
  if (run.isTold(from)) {
    // Tells a browser not to come back.
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.flushHeaders()
  const unlisten = run.listen((event, index) => {
    response.write(`id: ${index}\ndata: ${JSON.stringify(event)}\n\n`)
    if (event.type === 'over') response.end()
  }, from)
  response.once('close', unlisten)
}
