import { execFile } from 'node:child_process'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FetchRefused } from './fetch-refused.ts'
import { createSafeFetch, type SafeFetchOptions } from './safe-fetch.ts'
import { useRawServer } from './testing/raw-server.test-fixture.ts'

const server = useRawServer()

/** Fetches from the server, which answers with `answer`, by a name that resolves to it. */
function fetchRaw(
  answer: string | Uint8Array | ((socket: Socket) => void),
  options: SafeFetchOptions = {},
  init?: RequestInit,
): Promise<Response> {
  server.answer = typeof answer === 'function' ? answer : (socket) => socket.end(answer)
  const allow = [`auth.test:${server.port}`]
  const lookup = async () => [{ address: '127.0.0.1' }]
  return createSafeFetch({ allow, lookup, timeoutMs: 5_000, ...options })(
    `http://auth.test:${server.port}/jwks?a=b`,
    init,
  )
}

function ok(body: string, ...headers: readonly string[]): string {
  return ['HTTP/1.1 200 OK', `content-length: ${body.length}`, ...headers, '', body].join('\r\n')
}

function refusal(reason: string): unknown {
  return expect.objectContaining({ name: 'FetchRefused', reason })
}

describe('a safe fetch', () => {
  it('yields the answer, whole', async () => {
    const response = await fetchRaw(ok('{"keys":[]}', 'content-type: application/json', 'x-a: 1', 'x-a: 2'))
    expect(response).toBeInstanceOf(Response)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('x-a')).toBe('1, 2')
    expect(await response.json()).toEqual({ keys: [] })
    expect(server.connections).toBe(1)
  })

  it('asks by the name, for an answer as it is, over a connection of its own', async () => {
    await fetchRaw(ok(''), {}, { headers: { accept: 'application/json', host: 'evil.test', connection: 'keep-alive' } })
    const [first, ...headers] = (server.requests[0] ?? '').trimEnd().split('\r\n')
    expect(first).toBe('GET /jwks?a=b HTTP/1.1')
    expect(headers.sort()).toEqual([
      'accept-encoding: identity',
      'accept: application/json',
      'connection: close',
      `host: auth.test:${server.port}`,
    ])
    await server.idle()
  })

  it.each([
    ['a string', 'token=abc', 'text/plain;charset=UTF-8'],
    ['octets', Buffer.from('token=abc'), undefined],
    ['a form', new URLSearchParams({ token: 'abc' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
  ])('posts %s', async (_kind, body, type) => {
    const answerLater = (socket: Socket) => socket.write(ok('done'))
    const response = await fetchRaw(answerLater, {}, { method: 'POST', body })
    expect(await response.text()).toBe('done')
    await server.idle()
    expect(server.requests[0]).toMatch(/^POST \/jwks\?a=b HTTP\/1\.1\r\n/)
    expect(server.requests[0]).toContain('content-length: 9\r\n')
    if (type !== undefined) expect(server.requests[0]).toContain(`content-type: ${type}\r\n`)
    expect(server.requests[0]).toMatch(/\r\n\r\ntoken=abc$/)
  })

  it('posts nothing with a length of nothing', async () => {
    await fetchRaw(ok(''), {}, { method: 'POST' })
    expect(server.requests[0]).toContain('content-length: 0\r\n')
  })

  it('takes a Request', async () => {
    server.answer = (socket) => socket.end(ok('done'))
    const fetcher = createSafeFetch({ allow: ['127.0.0.1'] })
    const request = new Request(`http://127.0.0.1:${server.port}/`, {
      method: 'POST',
      body: 'a',
      headers: { 'x-a': 'b' },
    })
    expect(await (await fetcher(request)).text()).toBe('done')
    expect(server.requests[0]).toContain('x-a: b\r\n')
  })

  it.each([204, 205, 400, 404, 500, 599])('yields status %i, which is the caller’s to judge', async (status) => {
    const response = await fetchRaw(`HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n`)
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('')
  })

  it('takes a body in chunks', async () => {
    const response = await fetchRaw(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    )
    expect(await response.text()).toBe('abcde')
  })

  it.each(['PUT', 'DELETE', 'HEAD', 'PATCH'])('makes no %s', async (method) => {
    await expect(fetchRaw(ok(''), {}, { method })).rejects.toThrow(TypeError)
    expect(server.connections).toBe(0)
  })

  it('leaves the rest of the internet’s lower ports alone', async () => {
    const fetcher = createSafeFetch({ lookup: () => Promise.reject(new Error('was asked')) })
    for (const port of [0, 22, 25, 53, 80, 442, 1023]) {
      await expect(fetcher(`https://auth.example:${port}/`)).rejects.toEqual(refusal('port'))
    }
    for (const port of [443, 1024, 8443]) {
      await expect(fetcher(`https://auth.example:${port}/`)).rejects.toEqual(refusal('dns'))
    }
  })

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: 2 ** 31 },
    { maxBytes: -1 },
    { maxBytes: Infinity },
  ])('is not made with %o', (options) => {
    expect(() => createSafeFetch(options)).toThrow(TypeError)
  })
})

describe('what a safe fetch does not take', () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 399])('a redirect: %i', async (status) => {
    const answer = `HTTP/1.1 ${status} x\r\nlocation: http://127.0.0.1:${server.port}/inside\r\ncontent-length: 0\r\n\r\n`
    await expect(fetchRaw(answer, {}, { redirect: 'follow' })).rejects.toEqual(refusal('redirect'))
    await server.idle()
    expect(server.connections).toBe(1)
  })

  it.each(['gzip', 'br', 'zstd', 'identity, gzip', 'x'])('content that is encoded: %s', async (encoding) => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${bomb.length}\r\n\r\n`
    await expect(fetchRaw(Buffer.concat([Buffer.from(head), bomb]))).rejects.toEqual(refusal('encoding'))
  })

  it('a transfer that is encoded', async () => {
    const answer = 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'
    await expect(fetchRaw(answer)).rejects.toEqual(refusal('encoding'))
  })

  it('a body that says it is too long', async () => {
    const answer = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n')
    await expect(fetchRaw(answer, { maxBytes: 1_000 })).rejects.toEqual(refusal('size'))
    await server.idle()
  })

  it('a body that is too long and has not said so', async () => {
    const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(11)}`
    await expect(fetchRaw((socket) => socket.write(chunked), { maxBytes: 10_240 })).rejects.toEqual(refusal('size'))
    const unbounded = `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(10_241)}`
    await expect(fetchRaw((socket) => socket.write(unbounded), { maxBytes: 10_240 })).rejects.toEqual(refusal('size'))
    await server.idle()
  })

  it('takes one that is just not too long', async () => {
    const response = await fetchRaw(ok('x'.repeat(10_240)), { maxBytes: 10_240 })
    expect((await response.text()).length).toBe(10_240)
  })

  it('a body that never ends', async () => {
    let sent = 0
    const pour = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) sent += 65_536
      }
      socket.on('drain', more)
      more()
    }
    await expect(fetchRaw(pour)).rejects.toEqual(refusal('size'))
    await server.idle()
    // What the sockets of both sides buffer goes on top of 256 KiB.
    expect(sent).toBeLessThan(16_000_000)
  })

  it.each([
    ['many headers', `x-a: ${'x'.repeat(100)}\r\n`.repeat(1_000)],
    ['one long header', `x-a: ${'x'.repeat(100_000)}\r\n`],
  ])('%s', async (_name, headers) => {
    await expect(fetchRaw(`HTTP/1.1 200 OK\r\n${headers}\r\n`)).rejects.toEqual(refusal('size'))
  })

  it('trailers without end', async () => {
    const trailers = `x-a: ${'x'.repeat(100)}\r\n`.repeat(1_000)
    const answer = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${trailers}`
    await expect(fetchRaw((socket) => socket.write(answer))).rejects.toEqual(refusal('connection'))
  })

  it.each([
    ['nothing', ''],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['chunks that break off', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nabc'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a length beside chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['a status beyond all', 'HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n'],
    ['a status below all', 'HTTP/1.1 042 x\r\ncontent-length: 0\r\n\r\n'],
  ])('%s', async (_name, answer) => {
    await expect(fetchRaw(answer)).rejects.toEqual(refusal('connection'))
  })

  it.each([
    ['silence', ''],
    ['headers that stop', 'HTTP/1.1 200 OK\r\nx-a: '],
    ['a body that stops', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
  ])('%s', async (_name, start) => {
    await expect(fetchRaw((socket) => socket.write(start), { timeoutMs: 100 })).rejects.toEqual(refusal('timeout'))
    await server.idle()
  })

  it.each([
    ['header by header', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'],
    ['octet by octet', 'HTTP/1.1 200 OK\r\n\r\n', 'x'],
    ['interim answer by interim answer', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('an answer that comes for ever, %s', async (_name, start, more) => {
    const dribble = (socket: Socket) => {
      socket.write(start)
      const timer = setInterval(() => socket.write(more), 10)
      socket.once('close', () => clearInterval(timer))
    }
    await expect(fetchRaw(dribble, { timeoutMs: 200 })).rejects.toEqual(refusal('timeout'))
    await server.idle()
  })

  it('a name that nobody can resolve in time', async () => {
    const lookup = () => new Promise<never>(() => {})
    await expect(fetchRaw(ok(''), { lookup, timeoutMs: 50 })).rejects.toEqual(refusal('timeout'))
    expect(server.connections).toBe(0)
  })

  it('a name that is resolved too late', async () => {
    const { promise, resolve } = Promise.withResolvers<{ address: string }[]>()
    await expect(fetchRaw(ok(''), { lookup: () => promise, timeoutMs: 50 })).rejects.toEqual(refusal('timeout'))
    resolve([{ address: '127.0.0.1' }])
    await new Promise(setImmediate)
    expect(server.connections).toBe(0)
  })

  it('a name without an address', async () => {
    await expect(fetchRaw(ok(''), { lookup: async () => [] })).rejects.toEqual(refusal('dns'))
    await expect(createSafeFetch()('https://no-such-name.invalid/')).rejects.toEqual(refusal('dns'))
  })

  it('a port on which nobody listens', async () => {
    const fetcher = createSafeFetch({ allow: ['127.0.0.1:1'] })
    await expect(fetcher('http://127.0.0.1:1/')).rejects.toEqual(refusal('connection'))
  })
})

describe('the caller’s signal', () => {
  it('keeps a fetch from beginning', async () => {
    const signal = AbortSignal.abort(new Error('changed my mind'))
    await expect(fetchRaw(ok(''), {}, { signal })).rejects.toThrow('changed my mind')
    expect(server.connections).toBe(0)
  })

  it('ends one that has begun', async () => {
    const controller = new AbortController()
    const answer = () => controller.abort(new Error('changed my mind'))
    await expect(fetchRaw(answer, {}, { signal: controller.signal })).rejects.toThrow('changed my mind')
    await server.idle()
  })
})

describe('a refusal', () => {
  it('holds nothing of path, query, body or headers', async () => {
    const secret = 'hunter2'
    const answers = [
      `HTTP/1.1 200 OK\r\ncontent-length: nonsense-${secret}\r\n\r\n`,
      `${secret} ${secret}\r\n\r\n`,
      `HTTP/1.1 302 ${secret}\r\nlocation: https://${secret}.example/\r\n\r\n`,
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${secret}\r\n\r\n${secret}`,
      `HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n${secret}`,
    ]
    for (const answer of answers) {
      const error = await fetchRaw(answer, {}, { headers: { authorization: secret } }).catch(
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(FetchRefused)
      const { message, stack, ...rest } = error as FetchRefused
      expect(`${message} ${stack} ${JSON.stringify(rest)}`).not.toContain(secret)
      expect(Object.keys(rest).sort()).toEqual(['name', 'reason'])
      expect((error as FetchRefused).cause).toBeUndefined()
    }
  })
})

/** Runs `script`, which finds `createSafeFetch` in scope, in a process of its own; yields the lines that it prints. */
async function runScript(script: string, flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const entry = JSON.stringify(new URL('./safe-fetch.ts', import.meta.url).href)
  const source = `import { createSafeFetch } from ${entry}\n${script}`
  const options = { env: { ...process.env, ...env } }
  const args = [...flags, '--input-type=module', '--eval', source]
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  return stdout.trim().split('\n')
}

describe('settings of the process', () => {
  it('name proxies that node:http sees, and that a safe fetch does not heed', async () => {
    server.answer = (socket) => socket.end(ok('from the proxy'))
    const proxy = `http://127.0.0.1:${server.port}`
    const script = `
      import { get } from 'node:http'
      const url = 'http://auth.invalid/'
      get(url, async (response) => {
        console.log(Buffer.concat(await response.toArray()).toString())
        console.log(await createSafeFetch({ allow: ['auth.invalid'] })(url).catch((error) => error.reason))
      })`
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '' }
    expect(await runScript(script, [], env)).toEqual(['from the proxy', 'dns'])
    expect(server.connections).toBe(1)
  })

  it('make node:http lenient, and a safe fetch not', async () => {
    const answers = [
      `HTTP/1.1 200 OK\r\nx-a: ${'x'.repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`,
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ]
    let next = 0
    server.answer = (socket) => socket.end(answers[next++ % 2] ?? '')
    const script = `
      import { get } from 'node:http'
      const url = 'http://127.0.0.1:${server.port}/'
      for (let i = 0; i < 2; i++) {
        const naive = new Promise((resolve) => get(url, (response) => resolve(response.statusCode)).on('error', resolve))
        console.log(await naive)
      }
      for (let i = 0; i < 2; i++) {
        console.log(await createSafeFetch({ allow: ['127.0.0.1'] })(url).catch((error) => error.reason))
      }
      process.exit()`
    const lines = await runScript(script, ['--max-http-header-size=1000000', '--insecure-http-parser'])
    expect(lines).toEqual(['200', '200', 'size', 'connection'])
  })
})
