/** Reads a request body from Node's stream: the octets as received, in bounded memory and time. */
import type { IncomingMessage } from 'node:http'
import { ok, type Result, refuse } from '@countersign/core'

/** Refuses `body_too_large` before reading where `Content-Length` says so, `body_timeout`, or `malformed_request` when it breaks off. */
export function readRequestContent(
  request: IncomingMessage,
  maxBytes: number,
  maxSeconds: number,
): Promise<Result<Uint8Array>> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(refuse('body_too_large'))
  // Gone while the token was looked at: no event will tell any more.
  if (request.destroyed) return Promise.resolve(refuse('malformed_request', 'body_aborted'))
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0

    function finish(result: Result<Uint8Array>): void {
      clearTimeout(timer)
      request.off('data', take).off('end', end).off('error', abort).off('close', abort)
      if (!result.ok) request.pause()
      resolve(result)
    }
    function take(chunk: Buffer): void {
      bytes += chunk.byteLength
      if (bytes > maxBytes) finish(refuse('body_too_large'))
      else chunks.push(chunk)
    }
    function end(): void {
      const [first] = chunks
      finish(ok(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes)))
    }
    function abort(): void {
      finish(refuse('malformed_request', 'body_aborted'))
    }

    const timer = setTimeout(() => finish(refuse('body_timeout')), maxSeconds * 1000)
    request.on('data', take).on('end', end).on('error', abort).on('close', abort)
  })
}
