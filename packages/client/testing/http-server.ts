/** A node:http server around a web-standard handler, on a free loopback port, for tests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'

/** A request with every octet read. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

/** Answers; undefined passes on to the next. */
export type Handler = (request: Received) => Promise<Response | undefined> | Response | undefined

/** A server that runs. */
export interface TestServer {
  readonly origin: string
  /** All requests, oldest first. */
  readonly received: Received[]
  /** Put before the honest handler: what the test wants to go wrong. */
  intercept: Handler | undefined
  close(): Promise<void>
}

/** Starts a server. */
export async function startServer(handler: Handler): Promise<TestServer> {
  const received: Received[] = []
  const running: { intercept: Handler | undefined } = { intercept: undefined }
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const headers = new Headers()
    for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
      for (const value of values) headers.append(name, value)
    }
    const url = new URL(incoming.url ?? '/', origin)
    const request = { method: incoming.method ?? 'GET', url, headers, body: new Uint8Array(Buffer.concat(chunks)) }
    received.push(request)
    const response =
      (await running.intercept?.(request)) ?? (await handler(request)) ?? new Response(null, { status: 404 })
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    if (response.body === null) outgoing.end()
    else
      Readable.fromWeb(response.body as NodeStream)
        .on('error', () => outgoing.destroy())
        .pipe(outgoing)
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return Object.assign(running, { origin, received, close })
}

/** The text of a request's body. */
export function textOf(request: Received): string {
  return new TextDecoder().decode(request.body)
}
