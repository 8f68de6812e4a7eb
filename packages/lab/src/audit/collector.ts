/** A real HTTP server on loopback that keeps what it is sent, for the time of one check. */
import { createServer } from 'node:http'

/** The collector. */
export interface Collector {
  /** Unguessable, so that nobody else comes by. */
  readonly url: string
  /** What came since it was asked last, each request as a text of its line, headers and body; waits for the first. */
  visits(patienceMs: number): Promise<readonly string[]>
  close(): Promise<void>
}

/** More than this of a body is not kept. */
const MAX_LENGTH = 64 * 1024

/** Opens it on a free port of 127.0.0.1. */
export async function openCollector(): Promise<Collector> {
  const path = `/${crypto.randomUUID()}`
  let visits: string[] = []
  const http = createServer((request, response) => {
    if (!request.url?.startsWith(path)) return void response.writeHead(404).end()
    let text = `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`
    request.on('data', (chunk: Buffer) => {
      if (text.length < MAX_LENGTH) text += chunk.toString()
    })
    request.on('end', () => {
      visits.push(text)
      response.writeHead(200, { 'content-type': 'text/plain' }).end('collected')
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}${path}`,
    async visits(patienceMs) {
      const until = Date.now() + patienceMs
      while (visits.length === 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      const came = visits
      visits = []
      return came
    },
    async close() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
