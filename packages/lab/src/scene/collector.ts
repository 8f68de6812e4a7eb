/** Where stolen things arrive: a server of the attacker's own, which keeps whatever it is sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { closeServer, listen } from '@countersign/resource-server/node'

/** One request that came in. */
export interface Collected {
  readonly authorization: string
  readonly body: string
}

/** The collector, listening. */
export interface Collector {
  readonly url: string
  /** All that came, in the order of coming. */
  readonly received: readonly Collected[]
  close(): Promise<void>
}

/** Starts it on a free port of 127.0.0.1. */
export async function startCollector(): Promise<Collector> {
  const received: Collected[] = []
  const http = createServer((request, response) => {
    const collect = async (): Promise<void> => {
      received.push({ authorization: request.headers.authorization ?? '', body: await text(request) })
      response.writeHead(204).end()
    }
    collect().catch(() => response.destroy())
  })
  await listen(http, 0, '127.0.0.1')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/x`
  return { url, received, close: () => closeServer(http, 0) }
}
