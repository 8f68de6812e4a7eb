/** A channel between processes, as a stream in Redis: what was published while a process was cut off is read later. */
import { LedgerUnavailable, type SharedChannel } from '@countersign/core'
import { startReader } from './channel-reader.ts'
import { examineServer } from './examine-server.ts'
import { explainFailure } from './explain-failure.ts'
import { findNode } from './find-node.ts'
import { type NodeConnection, openNode } from './node-connection.ts'
import { parseRedisUrl, type RedisAddress } from './redis-address.ts'
import { CONNECT_TIMEOUT, type RedisOptions } from './redis-options.ts'
import { endsConnection, faultOf } from './reply-fault.ts'
import type { StreamEntry } from './stream-entries.ts'

/** Messages that are kept for those who come back, about; each has 16 KiB at most. */
const KEPT = 1000
const LONGEST_TOPIC = 64
const LONGEST_MESSAGE = 16_384

/**
 * Opens a channel on the Redis at `url`, as `createRedisLedger` does; the two may share it, and the prefix. Rejects
 * with `StoreUnusable`.
 */
export async function createRedisChannel(url: string, options: RedisOptions = {}): Promise<SharedChannel> {
  const address = parseRedisUrl(url, options)
  const stream = `${address.prefix}:ch`
  const listeners = new Map<string, Set<(message: string) => void>>()
  const hear = ({ topic, message }: StreamEntry): void => {
    for (const listener of [...(listeners.get(topic) ?? [])]) listener(message)
  }
  const open = () => openMaster(address)
  const reader = await startExamined(address, (first) => startReader({ address, stream, open, hear }, first))
  const writer = createWriter(address, stream)
  return {
    async publish(topic, message) {
      if (topic.length < 1 || topic.length > LONGEST_TOPIC) throw new TypeError('A topic has 1 to 64 characters.')
      if (Buffer.byteLength(message) > LONGEST_MESSAGE) throw new TypeError('A message has 16 KiB at most.')
      await writer.write(topic, message)
    },
    subscribe(topic, listener) {
      const own = (message: string) => listener(message)
      const ofTopic = listeners.get(topic) ?? new Set()
      listeners.set(topic, ofTopic.add(own))
      return () => {
        ofTopic.delete(own)
      }
    },
    async close() {
      reader.close()
      await writer.close()
    },
  }
}

async function openMaster(address: RedisAddress): Promise<NodeConnection> {
  return openNode(await findNode(address), address)
}

async function startExamined<T>(address: RedisAddress, start: (first: NodeConnection) => Promise<T>): Promise<T> {
  let first: NodeConnection | undefined
  try {
    first = await openMaster(address)
    await examineServer(first, address)
    return await start(first)
  } catch (error) {
    first?.close()
    throw explainFailure(error, address.name)
  }
}

/** Writes through a connection of its own, which is made when it is needed and is not there. */
function createWriter(address: RedisAddress, stream: string) {
  const deadline = address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  let opening: Promise<NodeConnection> | undefined
  let isClosed = false

  const open = (): Promise<NodeConnection> => {
    if (opening !== undefined) return opening
    const started = openMaster(address)
    const forget = () => {
      if (opening === started) opening = undefined
    }
    started.then((connection) => connection.onEnd(forget), forget)
    opening = started
    return started
  }
  return {
    async write(topic: string, message: string): Promise<void> {
      if (isClosed) throw new LedgerUnavailable('down')
      let connection: NodeConnection | undefined
      try {
        connection = await open()
        await connection.call(
          'xadd',
          [stream, 'MAXLEN', '~', String(KEPT), '*', 'topic', topic, 'message', message],
          deadline,
        )
      } catch (error) {
        if (faultOf(error) === 'timeout' || endsConnection(error)) connection?.close()
        throw new LedgerUnavailable(faultOf(error))
      }
    },
    async close(): Promise<void> {
      isClosed = true
      const connection = await opening?.catch(() => undefined)
      connection?.close()
    },
  }
}
