/** A web-standard `Request` as an incoming call, for runtimes that serve `fetch`. */
import { isLoopbackHost, ok, type Result, refuse } from '@countersign/core'
import { ConfigurationError } from './configuration-error.ts'
import type { IncomingCall, Transport } from './incoming-call.ts'

/** Throws `ConfigurationError` when something before the guard has read the body: its bytes can't be judged any more. */
export function readWebRequest(request: Request): IncomingCall {
  if (request.bodyUsed) {
    throw new ConfigurationError('the request body was consumed before the guard; put the guard before body parsers')
  }
  return {
    method: request.method,
    url: request.url,
    transport: findTransport(new URL(request.url)),
    header: (name) => readHeader(request, name),
    headerNames: () => request.headers.keys(),
    content: (maxBytes, maxSeconds) => readContent(request, maxBytes, maxSeconds),
  }
}

/** Fetch joins repeated headers with a comma: no valid token, proof or host contains one, so they are refused by syntax. */
function readHeader(request: Request, name: string): readonly string[] {
  const value = request.headers.get(name) ?? (name === 'host' ? new URL(request.url).host : null)
  return value === null ? [] : [value]
}

function findTransport(url: URL): Transport {
  if (url.protocol === 'https:') return 'tls'
  return isLoopbackHost(url.hostname) ? 'loopback' : 'plain'
}

async function readContent(request: Request, maxBytes: number, maxSeconds: number): Promise<Result<Uint8Array>> {
  if (request.body === null) return ok(new Uint8Array())
  const reader = request.body.getReader()
  const timeout = AbortSignal.timeout(maxSeconds * 1000)
  timeout.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true })
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes += part.value.byteLength
      if (bytes > maxBytes) break
      chunks.push(part.value)
    }
  } catch {
    return refuse('malformed_request', 'body_aborted')
  }
  if (timeout.aborted) return refuse('body_timeout')
  if (bytes <= maxBytes) return ok(join(chunks, bytes))
  await reader.cancel().catch(() => undefined)
  return refuse('body_too_large')
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}
