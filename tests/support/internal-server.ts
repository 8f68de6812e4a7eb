/** A server that only this machine should reach, and a list of every connection that this process begins. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer } from '@countersign/resource-server/node'
import { afterAll, beforeAll, beforeEach } from 'vitest'

/** What it says to whoever gets through. */
export const SECRET = 'the keys of the house'

/** A server that counts who connects: merely knocking is an answer, too, for who wants to know what is inside. */
export interface CountingServer {
  readonly port: number
  /** Connections since the test began. */
  readonly connections: number
}

/** Serves on a free port of each of these addresses, the same port on all; says the secret unless told otherwise. */
export function useInternalServer({
  addresses = ['127.0.0.1'],
  listener = (_request, response) => void response.end(SECRET),
}: {
  readonly addresses?: readonly string[]
  readonly listener?: RequestListener
} = {}): CountingServer {
  const servers = addresses.map(() => createServer(listener))
  // Who comes again is counted again.
  for (const server of servers) server.maxRequestsPerSocket = 1
  let connections = 0
  let port = 0
  for (const server of servers) {
    server.on('connection', () => {
      connections++
    })
  }
  beforeAll(async () => {
    for (const [index, server] of servers.entries()) port = await listenOn(server, port, addresses[index] ?? '')
  })
  beforeEach(() => {
    connections = 0
  })
  afterAll(() => Promise.all(servers.map((server) => closeServer(server, 0))))
  return {
    get port() {
      return port
    },
    get connections() {
      return connections
    },
  }
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Counts the client sockets of node:net that are made while `work` runs, whether or not they get anywhere. */
export async function countSockets(work: () => Promise<unknown>): Promise<number> {
  let sockets = 0
  const count = (): void => {
    sockets++
  }
  subscribe('net.client.socket', count)
  try {
    await work()
  } finally {
    unsubscribe('net.client.socket', count)
  }
  return sockets
}
