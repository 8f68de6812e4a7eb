/** T9: an answer that is huge, endless or unpacks to a thousand times its size. First with a fetch that takes it all, then with ours. */
import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { createSafeFetch } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { useInternalServer } from '../support/internal-server.ts'

const MEGABYTE = 1024 * 1024
const bomb = gzipSync(Buffer.alloc(50 * MEGABYTE))
const sent = { bytes: 0 }

/** Writes as long as somebody reads. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536)
  const more = (): void => {
    do sent.bytes += chunk.length
    while (!response.destroyed && response.write(chunk))
  }
  response.on('drain', more)
  more()
}

/** Writes a little, again and again. */
function dribble(response: ServerResponse, text: string): void {
  const timer = setInterval(() => response.socket?.write(text), 10)
  response.once('close', () => clearInterval(timer))
}

const answers: Readonly<Record<string, RequestListener>> = {
  '/large': (_request, response) => void response.end(Buffer.alloc(10 * MEGABYTE)),
  '/endless': (_request, response) => pour(response),
  '/bomb': (_request, response) => void response.setHeader('content-encoding', 'gzip').end(bomb),
  '/slow-headers': (_request, response) => {
    response.socket?.write('HTTP/1.1 200 OK\r\n')
    dribble(response, 'x: y\r\n')
  },
  '/slow-body': (_request, response) => {
    response.socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
    dribble(response, 'x')
  },
  '/silent': () => {},
}

const server = useInternalServer({ listener: (request, response) => answers[request.url ?? '']?.(request, response) })
const urlOf = (path: string): string => `http://127.0.0.1:${server.port}${path}`

/** Whether nobody has answered after a while: far longer than the bound that our fetch is given. */
async function isStillWaiting(path: string): Promise<boolean> {
  const signal = AbortSignal.timeout(500)
  try {
    await (await fetch(urlOf(path), { signal })).text()
    return false
  } catch {
    return signal.aborted
  }
}

describe('T9: fetch takes', () => {
  it('10 MB', async () => {
    expect((await (await fetch(urlOf('/large'))).arrayBuffer()).byteLength).toBe(10 * MEGABYTE)
  })

  it('50 MB for the price of 50 kB', async () => {
    expect(bomb.length).toBeLessThan(60_000)
    expect((await (await fetch(urlOf('/bomb'))).arrayBuffer()).byteLength).toBe(50 * MEGABYTE)
  })

  it('whatever comes, for as long as it comes', async () => {
    const reader = (await fetch(urlOf('/endless'))).body?.getReader()
    let bytes = 0
    while (bytes < 20 * MEGABYTE) bytes += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY
    await reader?.cancel()
    expect(bytes).toBeLessThan(21 * MEGABYTE)
  })

  it.each(['/slow-headers', '/slow-body', '/silent'])('all the time in the world: %s', async (path) => {
    expect(await isStillWaiting(path)).toBe(true)
  })
})

describe('T9: a safe fetch refuses', () => {
  it.each([
    ['/large', 'size'],
    ['/endless', 'size'],
    ['/bomb', 'encoding'],
    ['/slow-headers', 'timeout'],
    ['/slow-body', 'timeout'],
    ['/silent', 'timeout'],
  ])('%s: %s', async (path, reason) => {
    sent.bytes = 0
    const safeFetch = createSafeFetch({ allow: [`127.0.0.1:${server.port}`], timeoutMs: 250 })
    await expect(safeFetch(urlOf(path))).rejects.toMatchObject({ name: 'FetchRefused', reason })
    // Our bound, and what the two kernels hold in their buffers.
    expect(sent.bytes).toBeLessThan(16 * MEGABYTE)
  })

  it('a hundred of them at once, in as little memory', async () => {
    const safeFetch = createSafeFetch({ allow: [`127.0.0.1:${server.port}`], timeoutMs: 5_000 })
    const before = process.memoryUsage().rss
    const fetches = Array.from({ length: 100 }, () => safeFetch(urlOf('/endless')).catch((error: unknown) => error))
    for (const error of await Promise.all(fetches)) expect(error).toMatchObject({ reason: 'size' })
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEGABYTE)
  })
})
