/** A scene behind Node's HTTP server, on a free port of this machine: for what only real sockets show. */
import { createServer, type Server } from 'node:http'
import type { GuardOptions } from '../guard-options.ts'
import type { McpHandler } from '../guarded-server.ts'
import { createNodeListener, type NodeListenerOptions } from '../node/node-listener.ts'
import { hardenServer } from '../node/serve.ts'
import { createHandler } from './handler.test-fixture.ts'
import { closeAtOnce, openServer, originOf } from './http-server.test-fixture.ts'
import { openRaw, type RawConnection, type RawResponse } from './raw-client.test-fixture.ts'
import { createScene, type RequestParts, type Scene, toolCall } from './scene.test-fixture.ts'

/** A scene that listens. */
export interface ServedScene extends AsyncDisposable {
  readonly scene: Scene
  readonly http: Server
  readonly origin: string
  /** What the listener reported as broken. */
  readonly errors: unknown[]
  /** The head of a good POST, but for what is overridden, ready for a socket; without the blank line that ends it. */
  head(parts?: RequestParts, ...lines: readonly string[]): Promise<string>
  /** Sends one whole request on a connection of its own. */
  send(...parts: readonly (string | Uint8Array)[]): Promise<RawResponse>
  connect(): Promise<RawConnection>
}

/** How a served scene differs. */
export interface ServedSceneOptions {
  readonly guard?: Partial<GuardOptions>
  readonly handler?: McpHandler
  readonly listener?: NodeListenerOptions
}

/** The body that goes with the head of a good call. */
export const goodBody = toolCall('read_notes')

/** Opens the port first, as the resource is named by it. */
export async function serveScene(options: ServedSceneOptions = {}): Promise<ServedScene> {
  const http = createServer()
  await openServer(http)
  const origin = originOf(http)
  const scene = await createScene({ resource: `${origin}/mcp`, ...options.guard })
  const errors: unknown[] = []
  const server = scene.guard.protect(options.handler ?? createHandler())
  hardenServer(http)
  http.on('request', createNodeListener(server, { onError: (error) => errors.push(error), ...options.listener }))
  return {
    scene,
    http,
    origin,
    errors,
    connect: () => openRaw(origin),
    head: (parts, ...lines) => writeHead(scene, new URL(origin).host, parts, lines),
    async send(...parts) {
      const connection = await openRaw(origin)
      connection.write(...parts)
      const response = await connection.response()
      connection.socket.destroy()
      return response
    },
    [Symbol.asyncDispose]: () => closeAtOnce(http),
  }
}

async function writeHead(
  scene: Scene,
  host: string,
  parts: RequestParts = {},
  lines: readonly string[],
): Promise<string> {
  const { method, headers } = await scene.request(parts)
  const fields = [...headers].map(([name, value]) => `${name}: ${value}`)
  return [`${method} /mcp HTTP/1.1`, `host: ${host}`, ...fields, ...lines, ''].join('\r\n')
}

/** The code of a problem document. */
export function codeOf({ body }: RawResponse): string | undefined {
  const { code } = JSON.parse(body) as { code?: string }
  return code
}
