/** A listener for Node's HTTP servers that judges token and proof before it reads a body. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describeFault } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardedServer } from '../guarded-server.ts'
import { createAddressList, readNodeRequest } from './node-request.ts'
import { writeNodeResponse } from './node-response.ts'

/** Options of `createNodeListener`. */
export interface NodeListenerOptions {
  /** Addresses or CIDR ranges of the proxies whose `X-Forwarded-Proto` is believed. Default none. */
  readonly trustedProxies?: readonly string[]
  /**
   * Told of what broke on our side; the caller gets a bare 500. Messages of errors may quote what callers wrote:
   * `describeFault` of `@countersign/core` tells what is safe to log. Default: that, on stderr.
   */
  readonly onError?: (error: unknown) => void
}

/** To be given to `http.createServer` or `https.createServer`. Throws `ConfigurationError` for a malformed proxy address. */
export function createNodeListener(
  server: GuardedServer,
  { trustedProxies = [], onError = logError }: NodeListenerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const proxies = createAddressList(trustedProxies)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await writeNodeResponse(await server.serve(readNodeRequest(request, proxies)), response)
    } catch (error) {
      onError(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'cache-control': 'no-store' }).end()
    }
  }

  return (request, response) => void answer(request, response)
}

/** Not the error itself: messages of URL and header parsers quote what a caller wrote. */
function logError(error: unknown): void {
  const { name, code, at } = describeFault(error)
  // What is wrong with a configuration is told in full: it is the operator's own, and the message names the cure.
  const told = error instanceof ConfigurationError ? [error.message] : [name, code, at && `at ${at}`]
  console.error(`countersign: a call could not be answered: ${told.filter(Boolean).join(' ')}`)
}
