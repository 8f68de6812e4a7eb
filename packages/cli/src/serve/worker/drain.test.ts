/** What a client sees of a server that ends: RFC 9112 §9.6. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDrain, type Drain } from './drain.ts'

let server: Server
let port: number
let drain: Drain
/** Calls that wait for their answer. */
let waiting: ServerResponse[]
beforeEach(async () => {
  waiting = []
  server = createServer((request, response) => {
    if (request.url === '/slow') waiting.push(response)
    else response.end('done')
  })
  drain = createDrain(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  server.closeAllConnections()
})

/** A connection, and all that came over it. */
class Client {
  received = ''
  readonly #socket: Socket
  readonly #ended = Promise.withResolvers<void>()

  constructor() {
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.on('data', (chunk) => {
      this.received += String(chunk)
    })
    this.#socket.once('close', () => this.#ended.resolve())
    this.#socket.on('error', () => undefined)
  }

  async opened(): Promise<this> {
    await new Promise((resolve) => this.#socket.once('connect', resolve))
    return this
  }

  ask(path: string): void {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  }

  async until(text: string): Promise<void> {
    await expect.poll(() => this.received, { interval: 5 }).toContain(text)
  }

  get ended(): Promise<void> {
    return this.#ended.promise
  }
}

describe('a server that ends', () => {
  it('lets a call under way end, and then its connection', async () => {
    const client = await new Client().opened()
    client.ask('/slow')
    await expect.poll(() => waiting.length, { interval: 5 }).toBe(1)
    const finished = drain.finish(5_000)
    waiting[0]?.end('done')
    await client.ended
    await finished
    expect(client.received).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*done/s)
  })

  it('answers a request that was on its way on a connection that it keeps open, and says that it is the last', async () => {
    const client = await new Client().opened()
    client.ask('/first')
    await client.until('done')
    expect(client.received).toContain('keep-alive')
    const finished = drain.finish(5_000)
    client.ask('/second')
    await client.ended
    await finished
    expect(client.received).toMatch(/done.*Connection: close.*done/s)
  })

  it('closes it at once when it was ended as HTTP servers are by themselves: the request on its way is lost', async () => {
    const client = await new Client().opened()
    client.ask('/first')
    await client.until('done')
    server.close()
    client.ask('/second')
    await client.ended
    expect(client.received.match(/done/g)).toHaveLength(1)
  })

  it('takes no new connection', async () => {
    const client = await new Client().opened()
    client.ask('/slow')
    await expect.poll(() => waiting.length, { interval: 5 }).toBe(1)
    const finished = drain.finish(5_000)
    const late = new Client()
    await late.ended
    expect(late.received).toBe('')
    waiting[0]?.end()
    await finished
  })

  it('waits for a connection that brings nothing only as long as clients are told', async () => {
    server.keepAliveTimeout = 20
    const [silent, idle] = [await new Client().opened(), await new Client().opened()]
    idle.ask('/first')
    await idle.until('done')
    await drain.finish(5_000)
    await Promise.all([silent.ended, idle.ended])
  })

  it('cuts what is left at its deadline', async () => {
    const client = await new Client().opened()
    client.ask('/slow')
    await expect.poll(() => waiting.length, { interval: 5 }).toBe(1)
    await drain.finish(30)
    await client.ended
    expect(client.received).toBe('')
  })

  it('that is about to still takes connections, each for one call', async () => {
    drain.announce()
    const client = await new Client().opened()
    client.ask('/first')
    await client.ended
    expect(client.received).toMatch(/Connection: close.*done/s)
  })
})
