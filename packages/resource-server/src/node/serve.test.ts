import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { closeAtOnce, openServer } from '../testing/http-server.test-fixture.ts'
import { openRaw } from '../testing/raw-client.test-fixture.ts'
import { createScene, toolCall } from '../testing/scene.test-fixture.ts'
import { codeOf, goodBody, serveScene } from '../testing/served-scene.test-fixture.ts'
import { serve } from './serve.ts'

const body = `content-length: ${goodBody.length}\r\n\r\n${goodBody}`

describe('RFC 9112 §2: what is no HTTP', () => {
  it.each([
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'NOT A REQUEST\r\n\r\n',
    '\x16\x03\x01\x02\x00',
    'GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nhost: x\r\nauthorization: a\nb\r\n\r\n',
    'GET /mcp HTTP/1.1\r\n\r\n',
  ])('gets 400 and a closed connection: %j', async (text) => {
    await using served = await serveScene()
    const connection = await served.connect()
    connection.write(text)
    expect((await connection.response()).status).toBe(400)
    await connection.closed()
  })

  it('is told with our code', async () => {
    await using served = await serveScene()
    const response = await served.send('NOT A REQUEST\r\n\r\n')
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(response.body)).toEqual({
      title: 'The request is malformed.',
      status: 400,
      code: 'malformed_request',
    })
  })

  it('is told at once, and the call before it on the connection is cut', async () => {
    const answer = Promise.withResolvers<Response>()
    const called = Promise.withResolvers<void>()
    const handler = createHandler(() => {
      called.resolve()
      return answer.promise
    })
    await using served = await serveScene({ handler })
    const connection = await served.connect()
    connection.write(await served.head(), body)
    await called.promise
    connection.write('NOT A REQUEST\r\n\r\n')
    expect((await connection.response()).status).toBe(400)
    await connection.closed()
    answer.resolve(Response.json({}))
    await answer.promise
    expect(served.errors).toEqual([])
  })

  it('a request that takes too long is 408', async () => {
    await using served = await serveScene()
    const accepted = once(served.http, 'connection')
    const connection = await served.connect()
    const [socket] = await accepted
    // As Node emits it, some time after the bounds that are set on the server.
    served.http.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
    const response = await connection.response()
    expect([response.status, codeOf(response)]).toEqual([408, 'body_timeout'])
    await connection.closed()
  })

  it('headers without end are 431, and cost no more than 16 KiB', async () => {
    await using served = await serveScene()
    const connection = await served.connect()
    connection.write(`POST /mcp HTTP/1.1\r\nhost: x\r\nx-filler: ${'x'.repeat(64 * 1024)}`)
    const response = await connection.response()
    expect([response.status, codeOf(response)]).toEqual([431, 'headers_too_large'])
    await connection.closed()
  })

  it('a body that turns out to be no chunk is answered once', async () => {
    await using served = await serveScene()
    const connection = await served.connect()
    connection.write(await served.head(), 'transfer-encoding: chunked\r\n\r\n', 'zz\r\n')
    expect((await connection.response()).status).toBe(400)
    await connection.closed()
    await expect(connection.response()).rejects.toThrow('closed after ""')
    expect(served.errors).toEqual([])
  })
})

describe('RFC 9112 §9.3: a connection', () => {
  it('serves further calls after one that was refused before its body was read', async () => {
    await using served = await serveScene()
    const connection = await served.connect()
    const big = 'x'.repeat(100_000)
    connection.write(`POST /mcp HTTP/1.1\r\nhost: ${new URL(served.origin).host}\r\n`)
    connection.write(`content-length: ${big.length}\r\n\r\n${big}`)
    expect((await connection.response()).status).toBe(401)
    connection.write(await served.head(), body)
    expect((await connection.response()).status).toBe(200)
    connection.write(await served.head(), body)
    expect((await connection.response()).status).toBe(200)
    connection.socket.destroy()
  })

  it('serves calls that are sent without waiting, in order', async () => {
    await using served = await serveScene()
    const connection = await served.connect()
    const refused = (await served.head()).replace('/mcp', '/other')
    connection.write(`${await served.head()}${body}${refused}${body}${await served.head()}${body}`)
    const answers = [await connection.response(), await connection.response(), await connection.response()]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200])
    connection.socket.destroy()
  })

  it('is told to go on when it asks whether to (RFC 9110 §10.1.1)', async () => {
    await using served = await serveScene()
    const connection = await served.connect()
    connection.write(await served.head({}, 'expect: 100-continue'), `content-length: ${goodBody.length}\r\n\r\n`)
    expect((await connection.response()).status).toBe(100)
    connection.write(goodBody)
    expect((await connection.response()).status).toBe(200)
    connection.socket.destroy()
  })
})

describe('serve', () => {
  const resource = 'http://127.0.0.1:1/mcp'

  it('listens on this machine, on a free port, and closes', async () => {
    const scene = await createScene({ resource })
    const { port, close } = await serve(scene.guard.protect(createHandler()), { port: 0 })
    const url = `http://127.0.0.1:${port}/.well-known/oauth-protected-resource`
    expect(await (await fetch(url)).json()).toEqual(scene.guard.metadata)
    await close()
    await expect(fetch(url)).rejects.toThrow()
  })

  it('does not listen with a policy that does not fit the server', async () => {
    const scene = await createScene({ resource, tools: { no_such_tool: {} } })
    const server = scene.guard.protect(createHandler())
    await expect(serve(server, { port: 0 })).rejects.toThrow(ConfigurationError)
  })

  it('rejects when the port is taken', async () => {
    const other = createServer()
    await openServer(other)
    const { port } = other.address() as { port: number }
    const scene = await createScene({ resource })
    await expect(serve(scene.guard.protect(createHandler()), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await closeAtOnce(other)
  })

  it('lets a call under way end when it closes', async () => {
    const answer = Promise.withResolvers<Response>()
    const called = Promise.withResolvers<void>()
    const handler = createHandler(() => {
      called.resolve()
      return answer.promise
    })
    const scene = await createScene({ resource })
    const { port, close } = await serve(scene.guard.protect(handler), { port: 0 })
    const connection = await openRaw(`http://127.0.0.1:${port}`)
    const { headers } = await scene.request({ body: toolCall('read_notes') })
    const fields = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
    connection.write(`POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:1\r\n${fields}${body}`)
    await called.promise
    const closed = close()
    answer.resolve(Response.json({}))
    expect((await connection.response()).status).toBe(200)
    connection.socket.end()
    await closed
  })
})
