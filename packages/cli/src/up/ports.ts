/** The ports of `up`, opened before anything else: with port 0 they decide how everything is called. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from '@countersign/resource-server/node'
import { CommandFailed } from '../exit.ts'

const HOST = '127.0.0.1'

/** A server that listens and does not answer yet. */
export interface OpenPort {
  readonly http: Server
  /** `http://127.0.0.1:port`. */
  readonly origin: string
}

/** Opens `port` on loopback, a free one for 0; `flag` is the one that chooses it. */
export async function openPort(port: number, flag = '--port'): Promise<OpenPort> {
  const http = createServer()
  try {
    await listen(http, port, HOST)
  } catch (error) {
    throw explain(error, port, flag)
  }
  return { http, origin: `http://${HOST}:${(http.address() as AddressInfo).port}` }
}

function explain(error: unknown, port: number, flag: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new CommandFailed(`Port ${port} is in use. Choose another with ${flag}, or take a free one with ${flag} 0.`)
  }
  if (code === 'EACCES') return new CommandFailed(`Port ${port} may not be opened. Choose one above 1023 with ${flag}.`)
  return error
}
