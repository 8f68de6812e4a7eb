import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWebListener } from './web-listener.ts'

let server: Server
let port: number
let seen: { url: string; method: string; type: string | null }[]
let errors: unknown[]
let answer: (request: Request) => Promise<Response>
beforeEach(async () => {
  seen = []
  errors = []
  answer = async (request) => new Response(await request.text(), { status: 201, headers: { 'x-own': 'yes' } })
  const listener = createWebListener(
    (request) => {
      seen.push({ url: request.url, method: request.method, type: request.headers.get('content-type') })
      return answer(request)
    },
    (error) => errors.push(error),
  )
  server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Sends bytes as they are; yields the first piece of the answer. */
function send(...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(lines.join('\r\n')))
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

describe('a request', () => {
  it('arrives with its method, path, type and body, and the answer goes back whole', async () => {
    const headers = { 'content-type': 'text/plain', 'x-forwarded-host': 'evil.example' }
    const response = await fetch(`http://127.0.0.1:${port}/a?b=1`, { method: 'POST', body: 'hello', headers })
    expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([201, 'yes', 'hello'])
    expect(seen).toEqual([{ url: 'http://issuer.invalid/a?b=1', method: 'POST', type: 'text/plain' }])
  })

  it('says nothing by its Host, and cannot name another one in its target', async () => {
    await send('GET /a HTTP/1.1', 'Host: evil.example', '', '')
    expect(seen[0]?.url).toBe('http://issuer.invalid/a')
    for (const target of ['*', 'http://evil.example/a', 'a']) {
      expect(await send(`GET ${target} HTTP/1.1`, 'Host: x', '', '')).toContain(' 400 ')
    }
    expect(await send('GET //evil.example/a HTTP/1.1', 'Host: x', '', '')).toContain(' 201 ')
    expect(new URL(seen[1]?.url ?? '').hostname).toBe('issuer.invalid')
  })

  it('by a method that none can have is refused', async () => {
    expect(await send('TRACE /a HTTP/1.1', 'Host: x', '', '')).toContain(' 400 ')
  })

  it('is answered as soon as its body is too long, though the rest of it never comes', async () => {
    answer = async ({ body }) => {
      for await (const _chunk of body ?? []) break
      return new Response(null, { status: 413 })
    }
    const head = ['POST /a HTTP/1.1', 'Host: x', 'Content-Length: 99999', '']
    expect(await send(...head, 'the beginning')).toContain(' 413 ')
  })
})

describe('an exception of ours', () => {
  it('gets a bare 500, and is told', async () => {
    answer = () => Promise.reject(new Error('secret'))
    const response = await fetch(`http://127.0.0.1:${port}/a`)
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(errors).toEqual([new Error('secret')])
  })
})
