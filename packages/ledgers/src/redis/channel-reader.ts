/** Reads a stream for as long as the process lives, from connection to connection, and across a stream that was lost. */
import { setTimeout as pause } from 'node:timers/promises'
import type { NodeConnection } from './node-connection.ts'
import type { RedisAddress } from './redis-address.ts'
import { CONNECT_TIMEOUT } from './redis-options.ts'
import { BEGINNING, isEarlier, readEntries, type StreamEntry } from './stream-entries.ts'

/** Redis holds a question back for so long when there is nothing new, milliseconds. */
const BLOCK = 1000
const MOST_AT_ONCE = 100
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 1000

/** What is read, and how. */
export interface ReaderParts {
  readonly address: RedisAddress
  readonly stream: string
  readonly open: () => Promise<NodeConnection>
  readonly hear: (entry: StreamEntry) => void
}

/** A reader that has found its place. */
export interface ChannelReader {
  close(): void
}

/** Begins after what stands in the stream now; `first` is its first connection. Rejects as that one does. */
export async function startReader(parts: ReaderParts, first: NodeConnection): Promise<ChannelReader> {
  const deadline = parts.address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  const end = new AbortController()
  let position = await lastId(first, parts.stream, deadline)
  let connection: NodeConnection | undefined = first

  /** Where to go on. What was read may be gone, and with it the count: then everything that is there is new. */
  const find = async (open: NodeConnection) => {
    if (isEarlier(await lastId(open, parts.stream, deadline), position)) position = BEGINNING
  }
  const read = async (open: NodeConnection) => {
    await find(open)
    while (!end.signal.aborted) {
      const question = ['COUNT', String(MOST_AT_ONCE), 'BLOCK', String(BLOCK), 'STREAMS', parts.stream, position]
      const entries = entriesOf(await open.call('xread', question, BLOCK + deadline))
      for (const entry of entries) parts.hear(entry)
      position = entries.at(-1)?.id ?? position
      if (entries.length === 0) await find(open)
    }
  }
  const run = async () => {
    for (let wait = FIRST_PAUSE; !end.signal.aborted; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      try {
        connection ??= await parts.open()
        if (end.signal.aborted) break
        wait = FIRST_PAUSE
        await read(connection)
      } catch {
        // Whatever it was: what stands in the stream is read when it can be, and callers poll besides.
        connection?.close()
        connection = undefined
        await pause(wait * Math.random(), undefined, { signal: end.signal, ref: false }).catch(() => {})
      }
    }
    connection?.close()
  }
  void run()
  return {
    close() {
      end.abort()
      connection?.close()
    },
  }
}

async function lastId(connection: NodeConnection, stream: string, deadline: number): Promise<string> {
  const reply = await connection.call('xrevrange', [stream, '+', '-', 'COUNT', '1'], deadline)
  return readEntries(reply)[0]?.id ?? BEGINNING
}

/** XREAD answers for several streams, or with nothing. */
function entriesOf(reply: unknown): readonly StreamEntry[] {
  const [only] = Array.isArray(reply) ? reply : []
  return Array.isArray(only) ? readEntries(only[1]) : []
}
