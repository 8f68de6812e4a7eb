/** Sends one request on a connection of its own, bounded in time and size; never rejects. */
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Exchange, ExchangeFailure, ProbeRequest } from './exchange.ts'
import { methodOf } from './masking.ts'

/** Longer answers are not read to their end. */
const MAX_BYTES = 512 * 1024

/** Follows no redirect and heeds no proxy settings. `signal` ends it at once. */
export function sendRequest(
  request: ProbeRequest & { readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<Exchange> {
  const partial: { status: number; headers: Exchange['headers']; chunks: Buffer[] } = {
    status: 0,
    headers: {},
    chunks: [],
  }
  return new Promise((resolve) => {
    const settle = (failure?: ExchangeFailure): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      outgoing?.destroy()
      const body = Buffer.concat(partial.chunks).toString()
      const { status, headers } = partial
      resolve({ request, status, headers, body, ...(failure !== undefined && { failure }) })
    }
    const abort = (): void => settle('timed_out')
    const timer = setTimeout(abort, request.timeoutMs)
    signal.addEventListener('abort', abort, { once: true })
    const outgoing = open(request)
    if (outgoing === undefined) return settle('unreachable')
    outgoing.on('error', (error) => settle(nameFailure(error, partial.status)))
    outgoing.on('response', (response) => {
      partial.status = response.statusCode ?? 0
      partial.headers = readHeaders(response)
      if (request.headersOnly === true) return settle()
      readBody(response, { chunks: partial.chunks, settle })
    })
    // Without the body that was announced, only the headers go out.
    if (request.announcedLength !== undefined) outgoing.flushHeaders()
    else outgoing.end(request.body)
  })
}

function open(request: ProbeRequest): ClientRequest | undefined {
  try {
    const url = new URL(request.url)
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    return send(url, { method: methodOf(request), headers: flattenHeaders(request, url), agent: false })
  } catch {
    // What cannot be written into a header is not ours to send.
    return undefined
  }
}

/** As a flat list, so that Node neither joins nor drops any. */
function flattenHeaders({ headers = [], body, announcedLength }: ProbeRequest, url: URL): string[] {
  const has = (name: string): boolean => headers.some(([given]) => given.toLowerCase() === name)
  const length = announcedLength ?? (body === undefined ? undefined : Buffer.byteLength(body))
  return [
    ...(has('host') ? [] : ['Host', url.host]),
    ...headers.flat(),
    ...(length === undefined || has('content-length') || has('transfer-encoding')
      ? []
      : ['Content-Length', `${length}`]),
    ...(has('connection') ? [] : ['Connection', 'close']),
  ]
}

function readHeaders(response: IncomingMessage): Exchange['headers'] {
  const headers: Record<string, string[]> = {}
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index]?.toLowerCase() ?? ''
    headers[name] = [...(headers[name] ?? []), response.rawHeaders[index + 1] ?? '']
  }
  return headers
}

function readBody(
  response: IncomingMessage,
  { chunks, settle }: { readonly chunks: Buffer[]; readonly settle: (failure?: ExchangeFailure) => void },
): void {
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > MAX_BYTES) return settle('too_large')
    chunks.push(chunk)
    // A stream stays open after its answer.
    if (isStream && holdsAnswer(Buffer.concat(chunks).toString())) settle()
  })
  response.on('end', () => settle())
  response.on('error', () => settle('connection_closed'))
  response.on('aborted', () => settle('connection_closed'))
}

/** Looks at whole events alone; in steps that a hostile text cannot make grow beyond its length. */
function holdsAnswer(text: string): boolean {
  const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'))
  return end > 0 && /"(?:result|error)"\s{0,8}:/.test(text.slice(0, end))
}

function nameFailure(error: NodeJS.ErrnoException, status: number): ExchangeFailure {
  if (error.code?.startsWith('HPE_') === true) return 'not_http'
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return 'connection_closed'
  return status === 0 ? 'unreachable' : 'connection_closed'
}
