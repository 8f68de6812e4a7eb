/** Writes a web-standard response to Node's, stream by stream, and stops when the other side goes away. */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Resolves when everything was handed over or the caller has left; rejects when the response's own stream breaks. */
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
  if (target.destroyed) {
    // The caller left while the answer was made: nothing will end the stream but this.
    await response.body.cancel()
    return
  }
  target.flushHeaders()
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), target)
  } catch (error) {
    if (!isDeparture(error)) throw error
  }
}

/** The caller left in mid-stream; `pipeline` has closed both sides. */
function isDeparture(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
