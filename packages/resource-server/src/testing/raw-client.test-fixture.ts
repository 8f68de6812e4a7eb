/** A client that writes bytes to a socket, and reads what comes back: nothing is corrected on the way out. */
import { connect, type Socket } from 'node:net'

/** One response as it came. */
export interface RawResponse {
  readonly status: number
  /** Names in lower case; of several of one name the last. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A connection of which every byte is the test's. */
export interface RawConnection {
  readonly socket: Socket
  write(...parts: readonly (string | Uint8Array)[]): void
  /** The next response; rejects when the connection closes before it is whole. */
  response(): Promise<RawResponse>
  /** Resolves when the other side has closed. */
  closed(): Promise<void>
}

/** Connects to `http://host:port`. */
export async function openRaw(origin: string): Promise<RawConnection> {
  const { hostname, port } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let received = ''
  let over = false
  let wake = () => {}
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    wake()
  })
  // A reset after the answer is no fault of the answer.
  socket.on('error', () => wake())
  socket.on('close', () => {
    over = true
    wake()
  })
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  await new Promise((resolve) => socket.once('connect', resolve))

  return {
    socket,
    write: (...parts) => {
      for (const part of parts) socket.write(part)
    },
    async response() {
      for (;;) {
        const read = readResponse(received)
        if (read !== undefined) {
          received = received.slice(read.length)
          return read.response
        }
        if (over) throw new Error(`the connection closed after ${JSON.stringify(received)}`)
        await change()
      }
    },
    async closed() {
      while (!over) await change()
    },
  }
}

/** The first response in the text, if it is all there. */
function readResponse(text: string): { readonly response: RawResponse; readonly length: number } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const status = Number(statusLine.split(' ')[1])
  const start = end + 4
  const chunked = headers['transfer-encoding'] === 'chunked'
  const rest = text.slice(start)
  const content = chunked
    ? readChunks(rest)
    : readLength(rest, status === 100 ? 0 : Number(headers['content-length'] ?? 0))
  if (content === undefined) return undefined
  const body = Buffer.from(content.body, 'latin1').toString()
  return { response: { status, headers, body }, length: start + content.length }
}

function readLength(text: string, length: number) {
  return text.length < length ? undefined : { body: text.slice(0, length), length }
}

function readChunks(text: string) {
  let body = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    const next = line + 2 + size + 2
    if (text.length < next) return undefined
    if (size === 0) return { body, length: next }
    body += text.slice(line + 2, line + 2 + size)
    at = next
  }
}
