/** The admin listener: `/metrics`, `/healthz` and `/readyz`, for this machine alone unless its operator says more. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopbackHost } from '@countersign/core'
import type { Readiness } from './readiness.ts'

/** What it answers from. */
export interface AdminParts {
  readonly renderMetrics: () => Promise<string>
  readonly readiness: () => Promise<Readiness>
  /** By which names and addresses, as a URL writes them, it may be asked; this machine's alone unless said. */
  readonly isHostAllowed?: (host: string) => boolean
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json'
/** prometheus.io/docs/instrumenting/exposition_formats */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** For `http.createServer`; `onError` is told what broke. */
export function createAdminListener(
  parts: AdminParts,
  onError: (error: unknown) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request, parts)
      .catch((error: unknown) => {
        onError(error)
        return describe(500, 'server_error')
      })
      .then((result) => send(request, response, result))
      .catch(onError)
  }
}

async function answer({ method, url = '', headers }: IncomingMessage, parts: AdminParts): Promise<Answer> {
  // A page in a browser reaches loopback too, under a name of its own that it makes point here (DNS rebinding).
  const { isHostAllowed = isLoopbackHost } = parts
  if (!isHostAllowed(URL.parse(`http://${headers.host}`)?.hostname ?? '')) return describe(403, 'host_not_allowed')
  if (method !== 'GET' && method !== 'HEAD') return describe(405, 'method_not_allowed')
  switch (url.replace(/\?.*$/s, '')) {
    case '/healthz':
      return { status: 200, type: JSON_TYPE, text: '{"status":"ok"}' }
    case '/readyz': {
      const readiness = await parts.readiness()
      return { status: readiness.ready ? 200 : 503, type: JSON_TYPE, text: JSON.stringify(readiness) }
    }
    case '/metrics':
      return { status: 200, type: METRICS_TYPE, text: await parts.renderMetrics() }
    default:
      return describe(404, 'not_found')
  }
}

function describe(status: number, error: string): Answer {
  return { status, type: JSON_TYPE, text: JSON.stringify({ error }) }
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, text }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(method === 'HEAD' ? undefined : text)
}
