/** A hardened HTTP server for a guarded MCP server. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { GuardedServer } from '../guarded-server.ts'
import { describeProblem } from '../response/refusal.ts'
import { createNodeListener, type NodeListenerOptions } from './node-listener.ts'

/** Options of `serve`. */
export interface ServeOptions extends NodeListenerOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Default `127.0.0.1`: reachable from this machine only. */
  readonly host?: string
}

/** A server that listens. */
export interface ServedGuard {
  readonly port: number
  /** Stops listening, and lets calls under way end for up to 5 seconds. */
  close(): Promise<void>
}

/** Resolves once it listens; rejects with `ConfigurationError` where the policy doesn't fit the server, and with Node's error (`EADDRINUSE`, …) where it can't. */
export async function serve(server: GuardedServer, options: ServeOptions): Promise<ServedGuard> {
  await server.ready()
  // How often Node looks for requests past their time; by default every 30 s, three times the bound on headers.
  const http = createServer({ connectionsCheckingInterval: 1_000 })
  await listen(http, options.port, options.host ?? '127.0.0.1')
  hardenServer(http)
  http.on('request', createNodeListener(server, options))
  return { port: (http.address() as AddressInfo).port, close: () => closeServer(http) }
}

/** Opens the port; resolves once it listens. */
export function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
}

/** Bounds on slow and oversized requests, and answers with our codes where Node would send a bare status. */
export function hardenServer(http: Server): void {
  http.headersTimeout = 10_000
  http.requestTimeout = 30_000
  http.keepAliveTimeout = 5_000
  http.maxHeadersCount = 100
  http.on('clientError', answerClientError)
}

function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const overflow = error.code === 'HPE_HEADER_OVERFLOW'
  const timeout = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const status = overflow ? '431 Request Header Fields Too Large' : timeout ? '408 Request Timeout' : '400 Bad Request'
  const code = overflow ? 'headers_too_large' : timeout ? 'body_timeout' : 'malformed_request'
  const body = describeProblem({ code })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Streams may never end by themselves, so what is left after `graceMs` is cut. */
export async function closeServer(http: Server, graceMs = 5_000): Promise<void> {
  http.closeIdleConnections()
  const cut = setTimeout(() => http.closeAllConnections(), graceMs)
  await new Promise<void>((resolve) => http.close(() => resolve()))
  clearTimeout(cut)
}
