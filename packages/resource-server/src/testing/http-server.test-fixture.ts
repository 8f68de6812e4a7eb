/** A real HTTP server on a free port of this machine, for one file of tests. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

/** Serves `listener` from before the first test until after the last; yields its origin. */
export function useHttpServer(listener: RequestListener): () => string {
  const server = createServer(listener)
  beforeAll(() => openServer(server))
  afterAll(() => closeAtOnce(server))
  return () => originOf(server)
}

/** Listens on a free port of 127.0.0.1. */
export function openServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

/** Closes the server, and every connection that is open. */
export async function closeAtOnce(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

/** `http://127.0.0.1:` and the port. */
export function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
