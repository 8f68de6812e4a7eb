/** What browsers may see and send from the configured origins (Fetch standard, CORS protocol). */
import type { IncomingCall } from '../incoming-call.ts'

const requestHeaders = [
  'Authorization',
  'DPoP',
  'OAuth-Client-Attestation',
  'Content-Type',
  'Accept',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Last-Event-ID',
].join(', ')

const responseHeaders = 'WWW-Authenticate, DPoP-Nonce, Mcp-Session-Id, Retry-After'

/** The caller's origin, when it is one of the configured ones. */
export function findAllowedOrigin(incoming: IncomingCall, origins: ReadonlySet<string>): string | undefined {
  const [origin, ...others] = incoming.header('origin')
  return origin !== undefined && others.length === 0 && origins.has(origin) ? origin : undefined
}

/** Lets the page read the answer, with the headers that a client needs to go on. */
export function exposeTo(origin: string, headers: Headers): void {
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', responseHeaders)
  headers.append('vary', 'Origin')
}

/** Answers a preflight; it carries no token, and needs none. */
export function createPreflightResponse(origin: string): Response {
  const headers = new Headers({
    'access-control-allow-methods': 'POST, GET, DELETE',
    'access-control-allow-headers': requestHeaders,
    'access-control-max-age': '600',
  })
  exposeTo(origin, headers)
  return new Response(null, { status: 204, headers })
}
