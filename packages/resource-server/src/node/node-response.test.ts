import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { goodBody, type ServedScene, serveScene } from '../testing/served-scene.test-fixture.ts'

/** Starts a good call with Node's own client. */
async function startCall({ scene, origin }: ServedScene): Promise<ClientRequest> {
  const { headers } = await scene.request()
  const call = request(`${origin}/mcp`, { method: 'POST', headers: Object.fromEntries(headers), agent: false })
  call.on('error', () => undefined)
  call.end(goodBody)
  return call
}

/** One whole exchange more: by then whatever the last one left to be told has been told. */
async function settle({ origin, send }: ServedScene): Promise<void> {
  await send(`GET / HTTP/1.1\r\nhost: ${new URL(origin).host}\r\n\r\n`)
}

/** A stream that the test feeds, and that tells when it was cancelled. */
function createStream() {
  const cancelled = Promise.withResolvers<void>()
  const started = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>()
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => started.resolve(controller),
    cancel: () => cancelled.resolve(),
  })
  return { stream, cancelled: cancelled.promise, controller: started.promise }
}
const encode = (text: string) => new TextEncoder().encode(text)
const eventStream = { headers: { 'content-type': 'text/event-stream' } }

describe('a stream of the handler', () => {
  it('reaches the caller chunk by chunk, the headers before the first', async () => {
    const { stream, controller } = createStream()
    await using served = await serveScene({ handler: createHandler(() => new Response(stream, eventStream)) })
    const call = await startCall(served)
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    expect(response.headers['content-type']).toBe('text/event-stream')
    const sink = await controller
    for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
      const arrived = once(response, 'data')
      sink.enqueue(encode(text))
      expect(String(await arrived)).toBe(text)
    }
    const ended = once(response, 'end')
    sink.close()
    response.resume()
    await ended
    expect(served.errors).toEqual([])
  })

  it('is cancelled when the caller leaves', async () => {
    const { stream, controller, cancelled } = createStream()
    await using served = await serveScene({ handler: createHandler(() => new Response(stream, eventStream)) })
    const call = await startCall(served)
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    const sink = await controller
    sink.enqueue(encode('data: 1\n\n'))
    await once(response, 'data')
    response.on('error', () => undefined)
    call.destroy()
    await cancelled
    await settle(served)
    expect(served.errors).toEqual([])
  })

  it('is cancelled when the caller left before it began', async () => {
    const { stream, cancelled } = createStream()
    const called = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Response>()
    const handler = createHandler(() => {
      called.resolve()
      return answer.promise
    })
    await using served = await serveScene({ handler })
    const closed = new Promise((resolve) => {
      served.http.on('request', (_request, response) => response.on('close', resolve))
    })
    const call = await startCall(served)
    await called.promise
    call.destroy()
    await closed
    answer.resolve(new Response(stream, eventStream))
    await cancelled
    await settle(served)
    expect(served.errors).toEqual([])
  })

  it('that breaks cuts the answer off, and is told to onError', async () => {
    const { stream, controller } = createStream()
    await using served = await serveScene({ handler: createHandler(() => new Response(stream, eventStream)) })
    const call = await startCall(served)
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    response.resume()
    const cut = new Promise<Error>((resolve) => response.on('error', resolve))
    const sink = await controller
    sink.error(new Error('database gone'))
    expect((await cut).message).toBe('aborted')
    expect(served.errors).toEqual([new Error('database gone')])
  })
})

describe('an answer', () => {
  it('keeps each Set-Cookie in a line of its own, and its status', async () => {
    const headers: [string, string][] = [
      ['set-cookie', 'a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
      ['set-cookie', 'b=2'],
      ['x-other', '1'],
    ]
    await using served = await serveScene({
      handler: createHandler(() => new Response(null, { status: 202, headers })),
    })
    const [response] = (await once(await startCall(served), 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(202)
    expect(response.headers['set-cookie']).toEqual(['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2'])
    response.resume()
  })

  it('to HEAD has headers alone', async () => {
    await using served = await serveScene()
    const url = `${served.origin}/.well-known/oauth-protected-resource`
    const [response] = (await once(request(url, { method: 'HEAD', agent: false }).end(), 'response')) as [
      IncomingMessage,
    ]
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/json'])
    expect(await response.toArray()).toEqual([])
    const [whole] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage]
    expect(JSON.parse(Buffer.concat(await whole.toArray()).toString())).toEqual(served.scene.guard.metadata)
  })
})
