/** How a server ends without cutting anybody off (RFC 9112 §9.6). */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type Socket, Server as TcpServer } from 'node:net'

/** The end of a server. */
export interface Drain {
  /** From now on each answer is the last on its connection; new connections are taken all the same. */
  announce(): void
  /**
   * Takes no new connection, and resolves once the last one has ended. Calls under way end; a connection on which none
   * is may bring one more for as long as its client was told that it lives. What is left after `deadlineMs` is cut.
   */
  finish(deadlineMs: number): Promise<void>
}

/** Follows the connections of a server, from before it listens. */
export function createDrain(http: Server): Drain {
  const answers = new Set<ServerResponse>()
  const sockets = new Set<Socket>()
  let isEnding = false

  http.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Before the listener that answers.
  http.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (isEnding) response.shouldKeepAlive = false
    answers.add(response)
    response.once('close', () => answers.delete(response))
  })

  function announce(): void {
    isEnding = true
    for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false
  }

  return {
    announce,
    async finish(deadlineMs) {
      announce()
      const idle = setTimeout(() => closeUnused(http, sockets), Math.min(http.keepAliveTimeout, deadlineMs))
      const late = setTimeout(() => http.closeAllConnections(), deadlineMs)
      await stopAccepting(http)
      clearTimeout(idle)
      clearTimeout(late)
    },
  }
}

/**
 * As a plain TCP server ends. That of HTTP would close at once every connection that waits for its next request, while
 * that request may be on its way.
 */
function stopAccepting(http: Server): Promise<void> {
  return new Promise((resolve) => Reflect.apply(TcpServer.prototype.close, http, [() => resolve()]))
}

/** Connections that wait for a request, and those that never brought one. */
function closeUnused(http: Server, sockets: ReadonlySet<Socket>): void {
  http.closeIdleConnections()
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
}
