/** The request listener: from the request target to the library's routes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createPathMapping } from './well-known.ts'

/** What `http.createServer` takes. */
export type RequestListener = (req: IncomingMessage, res: ServerResponse) => void

/** Creates it; `handle` answers what lies below the issuer. */
export function createListener(
  issuer: URL,
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): RequestListener {
  const mapPath = createPathMapping(issuer)
  return (req, res) => {
    const path = mapPath(req.url ?? '/')
    if (path === undefined) {
      res.writeHead(404, { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
      res.end('{"error":"not_found","error_description":"nothing is served here"}')
      return
    }
    req.url = path
    handle(req, res).catch(() => res.destroy())
  }
}
