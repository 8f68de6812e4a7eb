import { describe, expect, it } from 'vitest'
import { ConfigurationError } from './configuration-error.ts'
import { readWebRequest } from './web-request.ts'

/** A POST whose body is a stream. */
function stream(body: ReadableStream<Uint8Array>): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
  return new Request('https://notes.example/mcp', init)
}
const bytes = (text: string) => new TextEncoder().encode(text)
const refused = (code: string) => ({ ok: false, rejection: expect.objectContaining({ code }) })

describe('a request of a runtime that serves fetch', () => {
  it.each([
    ['https://notes.example/mcp', 'tls'],
    ['http://127.0.0.1:3000/mcp', 'loopback'],
    ['http://[::1]:3000/mcp', 'loopback'],
    ['http://localhost/mcp', 'loopback'],
    ['http://notes.example/mcp', 'plain'],
    ['http://127.0.0.1.example/mcp', 'plain'],
  ])('came over what its URL says: %s, %s', (url, transport) => {
    const headers = { 'x-forwarded-proto': 'https' }
    expect(readWebRequest(new Request(url, { headers })).transport).toBe(transport)
  })

  it('has the host of its URL where the runtime keeps the header to itself', () => {
    const { header } = readWebRequest(new Request('https://notes.example:8443/mcp'))
    expect(header('host')).toEqual(['notes.example:8443'])
    expect(header('origin')).toEqual([])
  })

  it('has headers of one name as one value, which no credential looks like', () => {
    const request = new Request('https://notes.example/mcp', {
      headers: [
        ['DPoP', 'a.b.c'],
        ['DPoP', 'd.e.f'],
      ],
    })
    const incoming = readWebRequest(request)
    expect(incoming.header('dpop')).toEqual(['a.b.c, d.e.f'])
    expect([...incoming.headerNames()]).toEqual(['dpop'])
  })

  it('cannot be judged once its body was read', async () => {
    const request = new Request('https://notes.example/mcp', { method: 'POST', body: 'x' })
    await request.text()
    expect(() => readWebRequest(request)).toThrow(ConfigurationError)
  })
})

describe('the body of such a request', () => {
  it('is the octets as they came', async () => {
    const parts = [bytes('é'), new Uint8Array(), bytes('ü')]
    const body = new ReadableStream<Uint8Array>({
      pull(sink) {
        const part = parts.shift()
        if (part === undefined) sink.close()
        else sink.enqueue(part)
      },
    })
    expect(await readWebRequest(stream(body)).content(4, 10)).toEqual({ ok: true, value: bytes('éü') })
  })

  it('is empty where there is none', async () => {
    const none = new Request('https://notes.example/mcp')
    expect(await readWebRequest(none).content(10, 10)).toEqual({ ok: true, value: new Uint8Array() })
  })

  it('beyond the bound is refused, and the rest not asked for', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (sink) => sink.enqueue(bytes('xxx')),
      cancel() {
        cancelled = true
      },
    })
    expect(await readWebRequest(stream(body)).content(4, 10)).toEqual(refused('body_too_large'))
    expect(cancelled).toBe(true)
  })

  it('that does not end in time is refused, and given up', async () => {
    const cancelled = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      start: (sink) => sink.enqueue(bytes('x')),
      cancel: () => cancelled.resolve(),
    })
    expect(await readWebRequest(stream(body)).content(4, 0.02)).toEqual(refused('body_timeout'))
    await cancelled.promise
  })

  it('that breaks off is refused', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (sink) => sink.error(new Error('connection lost')) })
    expect(await readWebRequest(stream(body)).content(4, 10)).toEqual(refused('malformed_request'))
  })
})
