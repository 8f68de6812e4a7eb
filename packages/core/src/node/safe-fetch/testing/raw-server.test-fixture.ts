/** A server of bytes on a free port of this machine: it may answer whatever it likes, and counts who came. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll } from 'vitest'

/** What a test knows of it. */
export interface RawServer {
  readonly port: number
  /** Connections since the test began. */
  readonly connections: number
  /** Requests since the test began, as they came; of one that is not over, what is here. */
  readonly requests: readonly string[]
  /** What it does with a connection on which a request's head has come. */
  answer: (socket: Socket) => void
  /** Resolves when every connection is closed. */
  idle(): Promise<void>
}

/** Serves from before the first test until after the last, on 127.0.0.1. */
export function useRawServer(): RawServer {
  const sockets = new Set<Socket>()
  let requests: string[] = []
  let connections = 0
  const raw = {
    answer: (_socket: Socket): void => {},
    get port() {
      return (server.address() as AddressInfo).port
    },
    get connections() {
      return connections
    },
    get requests() {
      return requests
    },
    async idle() {
      for (const socket of sockets) await new Promise((resolve) => socket.once('close', resolve))
    },
  }
  const server: Server = createServer((socket) => {
    connections++
    sockets.add(socket)
    const index = requests.push('') - 1
    const own = requests
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const before = own[index] ?? ''
      own[index] = before + chunk.toString('latin1')
      if (!before.includes('\r\n\r\n') && own[index]?.includes('\r\n\r\n')) raw.answer(socket)
    })
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterEach(() => {
    requests = []
    connections = 0
  })
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return raw
}
