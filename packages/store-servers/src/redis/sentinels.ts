/** Redis Sentinels that watch one master and its replicas. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../free-port.ts'
import { requireProgram } from '../installed.ts'
import { makeFolder, type ServerProcess, startInFolder, startServerProcess } from '../server-process.ts'
import type { RedisServer } from './redis-server.ts'
import { askRedis } from './resp.ts'

/** What they watch. Replicas have to follow the master before, so that all of them are known at once. */
export interface SentinelOptions {
  readonly master: RedisServer
  /** Default: 3. */
  readonly count?: number
  /** So many milliseconds without an answer, and the master counts as down; default: 500. */
  readonly downAfterMs?: number
}

/** Sentinels that know of one another. */
export interface Sentinels {
  readonly name: string
  /** `redis+sentinel://127.0.0.1:P1,127.0.0.1:P2/NAME`, with the master's password. */
  readonly url: string
  readonly ports: readonly number[]
  stop(): Promise<void>
  /** Who is the master, in the eyes of the first of them. */
  master(): Promise<{ readonly port: number }>
  /** Waits until they follow another master than that one; rejects after 30 seconds. */
  failedOver(from: { readonly port: number }): Promise<{ readonly port: number }>
}

const NAME = 'main'
/** Milliseconds. */
const PATIENCE = 30_000
const LOOK_AGAIN = 50

interface Sentinel {
  readonly port: number
  readonly server: ServerProcess
  stop(): Promise<void>
}

/** Starts them, and waits until a majority could fail over. */
export async function startSentinels({ master, count = 3, downAfterMs = 500 }: SentinelOptions): Promise<Sentinels> {
  const quorum = Math.floor(count / 2) + 1
  const lines = [
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} ${quorum}`,
    `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
    // A failed attempt is repeated after twice this long.
    `sentinel failover-timeout ${NAME} 3000`,
    ...(master.password === undefined ? [] : [`sentinel auth-pass ${NAME} ${master.password}`]),
  ]
  const sentinels = await Promise.all(Array.from({ length: count }, () => startSentinel(lines)))
  const ports = sentinels.map(({ port }) => port)
  const [first = 0] = ports
  const findMaster = async () => {
    const [, port] = (await askRedis({ port: first }, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME])).split('\n')
    return { port: Number(port) }
  }
  const stop = async () => {
    await Promise.all(sentinels.map((sentinel) => sentinel.stop()))
  }
  try {
    await waitUntil(async () => {
      const known = await Promise.all(ports.map((port) => askRedis({ port }, ['SENTINEL', 'MASTER', NAME])))
      return known.every((text) => knows(text, 'num-other-sentinels', count - 1) && knows(text, 'num-slaves', 1))
    }, 'the sentinels did not find one another and the replicas')
  } catch (error) {
    await stop()
    throw error
  }
  const login = master.password === undefined ? '' : `:${master.password}@`
  return {
    name: NAME,
    url: `redis+sentinel://${login}${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    ports,
    stop,
    master: findMaster,
    async failedOver(from) {
      await waitUntil(async () => (await findMaster()).port !== from.port, 'there was no failover')
      return findMaster()
    },
  }
}

async function startSentinel(lines: readonly string[]): Promise<Sentinel> {
  const program = requireProgram('redis-server')
  const port = await findFreePort()
  const folder = makeFolder()
  const path = join(folder, 'sentinel.conf')
  writeFileSync(path, `${['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, ...lines].join('\n')}\n`)
  const isReady = async () => (await askRedis({ port }, ['PING'])) === 'PONG'
  const started = await startInFolder({ path: folder, isOurs: true }, (watch) =>
    startServerProcess({ program, args: [path, '--sentinel'], folder, isReady }, watch),
  )
  return { port, ...started }
}

/** Whether that member of a list of names and values, on lines, is at least so much. */
function knows(text: string, name: string, least: number): boolean {
  const lines = text.split('\n')
  return Number(lines[lines.indexOf(name) + 1]) >= least
}

async function waitUntil(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await holds()); await delay(LOOK_AGAIN)) {
    if (Date.now() > end) throw new Error(otherwise)
  }
}
