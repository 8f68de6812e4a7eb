import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type AuditOptions, audit } from './audit.ts'
import { hasFailed } from './report.ts'

let close = async (): Promise<void> => {}
afterEach(() => close())

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener))
const serveBytes = (talk: (socket: Socket) => void): Promise<string> =>
  listen(
    createTcpServer((socket) => {
      socket.on('error', () => {})
      talk(socket)
    }),
  )

async function idsAt(url: string, options: AuditOptions = {}): Promise<readonly string[]> {
  const report = await audit(url, { requestTimeoutMs: 400, ...options })
  expect(hasFailed(report)).toBe(true)
  return report.findings.map(({ id }) => id)
}

describe('an audit of what is no server', () => {
  it('says that nothing listens', async () => {
    const url = await serve(() => {})
    await close()
    close = async () => {}
    expect(await idsAt(url)).toEqual(['target_unreachable'])
  })

  it('says that nothing answers in time, and does not hang', async () => {
    expect(await idsAt(await serve(() => {}))).toEqual(['target_unreachable'])
  })

  it('says that garbage comes instead of HTTP', async () => {
    const url = await serveBytes((socket) => void socket.end('\u0000\u0001 this is no HTTP\r\n\r\n'))
    expect(await idsAt(url)).toEqual(['target_malfunctioning'])
  })

  it('says that connections are closed unanswered', async () => {
    expect(await idsAt(await serveBytes((socket) => socket.destroy()))).toEqual(['target_malfunctioning'])
  })

  it('reads no answer that has no end', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {}
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(await idsAt(url, { only: ['reachable'] })).toEqual(['target_malfunctioning'])
  })

  it('waits for no answer that drips', async () => {
    const url = await serve((_, response) => void response.writeHead(200, { 'content-length': '9' }).write('{'))
    expect(await idsAt(url, { only: ['reachable'] })).toEqual(['target_malfunctioning'])
  })

  it('says that a web page is no MCP server', async () => {
    const url = await serve((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hi'))
    expect(await idsAt(url)).toContain('not_mcp')
  })

  it('follows no redirect, and says where it leads', async () => {
    let requests = 0
    const url = await serve((request, response) => {
      if (request.url === '/elsewhere') requests += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect(await idsAt(url)).toContain('endpoint_redirects')
    expect(requests).toBe(0)
  })
})

describe('an audit of a server that lies', () => {
  it('goes to no host that the metadata names, unless the operator did', async () => {
    const url = await serve((request, response) => {
      const { origin } = new URL(`http://${request.headers.host}`)
      const document = {
        resource: `${origin}/mcp`,
        authorization_servers: ['http://169.254.169.254', 'https://inside.example'],
      }
      const status = request.url?.startsWith('/.well-known') === true ? 200 : 401
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    })
    const { checks, findings } = await audit(url)
    expect(checks.find(({ name }) => name === 'issuer_metadata')).toMatchObject({
      outcome: 'skipped',
      reason: expect.stringContaining('--allow-host'),
    })
    expect(findings.map(({ id }) => id)).toContain('insecure_authorization_server')
  })

  it('stops when its requests are used up, and says so', async () => {
    const url = await serve((_, response) => void response.writeHead(401).end())
    const report = await audit(url, { maxRequests: 4 })
    expect(report.requests).toBe(4)
    expect(report.stopped).toContain('4 requests')
  })

  it('stops when its time is over, also in the middle of a request', async () => {
    const began = Date.now()
    const report = await audit(await serve(() => {}), { maxSeconds: 1 })
    expect(report.stopped).toContain('time')
    expect(Date.now() - began).toBeLessThan(3_000)
  })

  it.each([
    ['line ends', '\n'],
    ['beginnings of tokens', 'eyJ-eyJabcdef'],
    ['beginnings of stack traces', '\n at x'],
    ['results in a stream', 'data: "result":'],
    ['members', '"access_token" : '],
  ])('is not kept busy by half a megabyte of %s', async (_, text) => {
    const body = text.repeat(500_000 / text.length)
    const type = text.startsWith('data') ? 'text/event-stream' : 'application/json'
    const url = await serve((_request, response) => void response.writeHead(400, { 'content-type': type }).end(body))
    const began = Date.now()
    await audit(url, { token: 'opaque-token', requestTimeoutMs: 1_000 })
    expect(Date.now() - began).toBeLessThan(10_000)
  })

  it('finds every word of a challenge unreadable and goes on', async () => {
    const challenge = `DPoP ${'a="'.repeat(2_000)}`
    const url = await serve(
      (_, response) => void response.writeHead(401, { 'www-authenticate': challenge }).end('{'.repeat(9_999)),
    )
    expect((await audit(url)).checks.length).toBeGreaterThan(20)
  })
})

describe('an operator who asks for what cannot be done', () => {
  it('is told so, before anything is sent', async () => {
    await expect(audit('ftp://127.0.0.1/mcp')).rejects.toThrow('http(s) URL')
    await expect(audit('http://user:secret@127.0.0.1/mcp')).rejects.toThrow('without user information')
    await expect(audit('http://127.0.0.1:9/mcp', { only: ['no_such'] })).rejects.toThrow('There is no check no_such')
    const token = { token: 'some-token', privateJwk: { kty: 'RSA' } }
    await expect(audit('http://127.0.0.1:9/mcp', token)).rejects.toThrow('no private P-256 or Ed25519 key')
  })
})
