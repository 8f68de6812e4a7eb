/** One request and its bounded answer, over a socket that is used for nothing else (RFC 9112). */
import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http'
import type { Socket } from 'node:net'
import { FetchRefused } from './fetch-refused.ts'
import type { FetchTarget } from './fetch-target.ts'

/** Octets of status line and headers; Node's own default, held against command-line flags. */
const maxHeaderBytes = 16_384

/** What belongs to the connection and not to the caller (RFC 9110 §7.2, §7.6.1, §12.5.3). */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What is sent, and how long an answer is taken. */
export interface ExchangeOptions {
  readonly target: FetchTarget
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array | undefined
  /** Of the answer's body, in octets. */
  readonly maxBytes: number
}

/**
 * Yields the answer with its body read to the end, and destroys the socket. Rejects with `FetchRefused`, reason
 * `redirect`, `encoding`, `size` or `connection`. Ends early when the socket is destroyed.
 */
export async function exchange(socket: Socket, options: ExchangeOptions): Promise<Response> {
  try {
    const incoming = await receive(send(socket, options), options.target)
    refuseUnwanted(incoming, options)
    const body = await readBody(incoming, options)
    const status = incoming.statusCode ?? 0
    return new Response(status === 204 || status === 205 ? null : body, { status, headers: readHeaders(incoming) })
  } finally {
    socket.destroy()
  }
}

function send(socket: Socket, { target: { url }, method, headers, body }: ExchangeOptions): ClientRequest {
  const outgoing = sendRequest({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    headers: {
      ...Object.fromEntries([...headers].filter(([name]) => !OURS.has(name))),
      host: url.host,
      connection: 'close',
      // Octets that unpack to a thousand times as many are not asked for.
      'accept-encoding': 'identity',
      ...(body === undefined && method === 'GET' ? {} : { 'content-length': body?.length ?? 0 }),
    },
    setDefaultHeaders: false,
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
  })
  outgoing.end(body)
  return outgoing
}

function receive(outgoing: ClientRequest, target: FetchTarget): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => reject(describeError(error, target)))
    outgoing.once('close', () => reject(describeError(new Error(), target)))
  })
}

function refuseUnwanted(
  { statusCode = 0, headers }: IncomingMessage,
  { target: { url }, maxBytes }: ExchangeOptions,
): void {
  if (statusCode >= 300 && statusCode < 400) {
    throw new FetchRefused(
      'redirect',
      `${url.host} answered with a redirect (${statusCode}), and none is followed. Configure the URL that it leads to.`,
    )
  }
  if (statusCode < 200 || statusCode > 599)
    throw new FetchRefused('connection', `${url.host} answered with the status ${statusCode}, which means nothing.`)
  const encodings = [headers['content-encoding'] ?? 'identity', headers['transfer-encoding'] ?? 'chunked']
  if (encodings[0] !== 'identity' || encodings[1] !== 'chunked') {
    throw new FetchRefused(
      'encoding',
      `${url.host} answered with an encoded body, which was not asked for. Turn compression off there.`,
    )
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw refuseSize(url, maxBytes)
}

async function readBody(
  incoming: IncomingMessage,
  { target, maxBytes }: ExchangeOptions,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (error) {
    throw describeError(error, target)
  }
  if (size > maxBytes) throw refuseSize(target.url, maxBytes)
  return Buffer.concat(chunks)
}

function readHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  return headers
}

function refuseSize({ host }: URL, maxBytes: number): FetchRefused {
  return new FetchRefused(
    'size',
    `The answer of ${host} is longer than ${maxBytes} octets. Raise maxBytes if it has to be.`,
  )
}

// Node's parser puts the octets that it could not read into its errors: they are not passed on.
function describeError(error: unknown, { url }: FetchTarget): FetchRefused {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'closed'
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FetchRefused('size', `The headers of ${url.host} are longer than ${maxHeaderBytes} octets.`)
  }
  return new FetchRefused('connection', `${url.host} broke off, or did not answer in HTTP/1.1 (${code}).`)
}
