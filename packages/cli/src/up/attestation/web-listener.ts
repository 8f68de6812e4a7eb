/** A web-standard `fetch` behind one of Node's servers, for an issuer that looks at path, method, type and body alone. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What answers. */
type Fetch = (request: Request) => Promise<Response>

/** Creates the listener; `onError` is told of what broke on our side, and the caller gets a bare 500. */
export function createWebListener(
  fetch: Fetch,
  onError: (error: unknown) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = readRequest(request)
    if (asked === undefined) {
      response.writeHead(400, { 'cache-control': 'no-store' }).end()
      return
    }
    try {
      await write(await fetch(asked), response)
    } catch (error) {
      onError(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'cache-control': 'no-store' }).end()
    }
  }
  return (request, response) => void answer(request, response)
}

/** `Host` says nothing that counts here. `undefined` for a target or a method that no such request can have. */
function readRequest(message: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/', headers } = message
  if (!url.startsWith('/')) return undefined
  const type = headers['content-type']
  try {
    return new Request(`http://issuer.invalid${url}`, {
      method,
      headers: type === undefined ? {} : { 'content-type': type },
      ...(method !== 'GET' && method !== 'HEAD' && { body: readBody(message), duplex: 'half' }),
    })
  } catch {
    return undefined
  }
}

/** Whoever stops in the middle of it leaves the connection to the answer. */
function readBody(message: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = message.iterator({ destroyOnReturn: false })
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return?.()
    },
  }
  // Nothing is read ahead: whoever stops would have to wait for what the caller may never send.
  return new ReadableStream(source, { highWaterMark: 0 })
}

async function write(answer: Response, response: ServerResponse): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer())
  // An answer to HEAD says nothing of how long it is: it was made without its body.
  const length = response.req.method === 'HEAD' ? {} : { 'content-length': body.length }
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...length }).end(body)
}
