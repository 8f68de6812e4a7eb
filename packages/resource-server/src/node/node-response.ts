/** Writes a web-standard response to Node's, stream by stream, and stops when the other side goes away. */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Resolves when everything was handed over or the connection was lost; never rejects. */
export async function writeNodeResponse(response: Response, target: ServerResponse): Promise<void> {
  target.statusCode = response.status
  for (const [name, value] of response.headers) {
    // One field each: a joined Set-Cookie means something else.
    if (name !== 'set-cookie') target.setHeader(name, value)
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) target.setHeader('set-cookie', cookies)
  if (response.body === null) {
    target.end()
    return
  }
  target.flushHeaders()
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), target)
  } catch {
    // The caller left in mid-stream; `pipeline` has closed both sides.
  }
}
