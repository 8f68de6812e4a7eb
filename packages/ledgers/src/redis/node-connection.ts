/**
 * One connection to one server, which is never made anew: what was found out about the server when it began is true of
 * every command that goes through it. Whoever wants to go on after its end makes another, and finds out again.
 */
import { Redis } from 'ioredis'
import type { RedisAddress, RedisNode } from './redis-address.ts'
import { CONNECT_TIMEOUT } from './redis-options.ts'
import { DeadlinePassed } from './reply-fault.ts'

/** An open connection, or one that was. */
export interface NodeConnection {
  readonly node: RedisNode
  /**
   * Sends one command, once, and yields its reply. Rejects with Redis's error; with `DeadlinePassed` after `deadline`
   * milliseconds, while a reply that comes later is dropped; and when the connection ends, or has ended.
   */
  call(command: string, args: readonly (string | Buffer)[], deadline: number): Promise<unknown>
  /** Runs when it has ended, whoever ended it; at once, if it has. */
  onEnd(listener: () => void): void
  /** Ends it. Commands without a reply reject. */
  close(): void
}

/** How a connection is used beside its address. */
export interface NodeUse {
  /** A Sentinel has users of its own, and no databases. */
  readonly isSentinel?: boolean
}

/** Connects and logs in. Rejects with what the system, TLS or Redis said; `explainFailure` makes sense of it. */
export async function openNode(node: RedisNode, address: RedisAddress, use: NodeUse = {}): Promise<NodeConnection> {
  const timeout = address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  const redis = new Redis(connectionOptions(node, address, use))
  let failure: unknown
  let hasEnded = false
  // The first error is the cause, what follows is only how it ended. Without a listener ioredis writes to the console.
  redis.on('error', (error: unknown) => {
    failure ??= error
  })
  redis.once('end', () => {
    hasEnded = true
  })
  try {
    await withDeadline(redis.connect(), timeout)
  } catch (error) {
    redis.disconnect()
    throw failure ?? error
  }
  return {
    node,
    async call(command, args, deadline) {
      return withDeadline(redis.call(command, [...args]), deadline)
    },
    onEnd(listener) {
      if (hasEnded) listener()
      else redis.once('end', listener)
    },
    close() {
      redis.disconnect()
    },
  }
}

function connectionOptions(node: RedisNode, { options, usesTls, database }: RedisAddress, { isSentinel }: NodeUse) {
  const username = isSentinel ? options.sentinelUsername : options.username
  const password = isSentinel ? options.sentinelPassword : options.password
  return {
    host: node.host,
    port: node.port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(usesTls && { tls: { ...options.tls } }),
    db: isSentinel ? 0 : database,
    connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT,
    lazyConnect: true,
    // Nothing waits for a connection, goes out twice, or goes out through another connection than it was meant for.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // The server is examined by us, more closely.
    enableReadyCheck: false,
    disableClientInfo: true,
  }
}

/** Rejects when `promise` takes longer; what becomes of it then, nobody hears. */
async function withDeadline<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    // Where this process itself was busy for so long, the reply may have come and only not been read: it is read first.
    timer = setTimeout(() => setImmediate(() => reject(new DeadlinePassed())), milliseconds)
  })
  try {
    return await Promise.race([promise, deadline])
  } finally {
    clearTimeout(timer)
  }
}
