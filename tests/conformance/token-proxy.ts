/**
 * A guarded notes server for a suite that sends no token: a proxy before it adds token and proof to each request and
 * changes nothing else, so that what the suite sees is what the guard, its listener and the MCP server answer.
 */

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Holder, obtainToken, send, signProof, startDeployment } from '@countersign/lab'
import { closeServer, listen } from '@countersign/resource-server/node'

/** The proxy, which is all that the suite gets to know. */
export interface TokenProxy {
  readonly url: string
  close(): Promise<void>
}

/** Starts both; the guard believes to be where the proxy is. */
export async function startTokenProxy(): Promise<TokenProxy> {
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  const deployment = await startDeployment({ guard: { endpoint: url, origins: [new URL(url).origin] } })
  const { resource } = deployment.a
  const holder = await obtainToken(deployment, { scope: 'notes:read notes:write notes:delete' })
  const { nonce = '' } = await send(resource, { headers: { host: new URL(url).host } })
  forwardWithToken(http, { url, resource, holder, nonce })
  return {
    url,
    async close() {
      await closeServer(http, 0)
      await deployment.close()
    },
  }
}

/** Where to, and with what. */
interface Route {
  readonly url: string
  /** Where the guard listens. */
  readonly resource: string
  readonly holder: Holder
  /** The newest that the guard sent. */
  nonce: string
}

function forwardWithToken(http: Server, route: Route): void {
  http.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    forward(incoming, outgoing, route).catch((error: unknown) => outgoing.destroy(error as Error))
  })
}

async function forward(incoming: IncomingMessage, outgoing: ServerResponse, route: Route): Promise<void> {
  const { url, resource, holder, nonce } = route
  const { method = 'GET', rawHeaders } = incoming
  const content = await buffer(incoming)
  const proof = await signProof(holder.key, {
    method,
    url,
    nonce,
    token: holder.token,
    ...(content.length === 0 ? {} : { content: content.toString() }),
  })
  const headers = [...rawHeaders, 'authorization', `DPoP ${holder.token}`, 'dpop', proof]
  const forwarded = request(new URL(incoming.url ?? '/', resource), { method, headers, setHost: false, agent: false })
  forwarded.on('error', (error) => outgoing.destroy(error))
  outgoing.on('close', () => forwarded.destroy())
  forwarded.on('response', (response) => {
    route.nonce = response.headers['dpop-nonce']?.toString() ?? route.nonce
    outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders)
    response.pipe(outgoing)
  })
  forwarded.end(content)
}
