/** What the servers of a scene write into their log: what happened, or all that came in besides, as somebody who meant well has it. */
import { IncomingMessage, type Server } from 'node:http'

/** Takes a line of a log. */
export type WriteLine = (line: string) => void

/** Where servers log to. */
export interface DeploymentLog {
  readonly write: WriteLine
  /** Each request too, headers as JSON and body as base64. */
  readonly withRequests: boolean
}

/** Writes down each request as it comes in; before anything else listens to the server. */
export function logRequests(http: Server, write: WriteLine): void {
  http.on('request', (request) => {
    const { method, url, headers } = request
    write(JSON.stringify({ method, url, headers }))
    request.push = function push(chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk instanceof Uint8Array) write(`body ${Buffer.from(chunk).toString('base64')}`)
      return IncomingMessage.prototype.push.call(this, chunk, encoding)
    }
  })
}
