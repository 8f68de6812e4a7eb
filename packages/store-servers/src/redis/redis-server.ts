/** A Redis server on 127.0.0.1. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeCertificate } from '../certificate.ts'
import { findFreePort } from '../free-port.ts'
import { requireProgram } from '../installed.ts'
import { makeFolder, type ServerSignal, startInFolder, startServerProcess } from '../server-process.ts'
import { askRedis, type RedisAddress } from './resp.ts'

/** How it is started, if not plainly on a free port. */
export interface RedisOptions {
  readonly port?: number
  /** Lines of redis.conf, after ours, so that they win. `requirepass` counts for `url` and `command` too. */
  readonly config?: readonly string[]
  /** With a certificate made on the spot; there is no plain port then. */
  readonly tls?: boolean
  readonly replicaOf?: RedisServer
  /** Where its data is kept, which then stays when it is stopped; default: a fresh folder, deleted on stop. */
  readonly folder?: string
}

/** A server that was started. */
export interface RedisServer {
  /** With the password, where it has one. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly password?: string
  /** The authority that its certificate stands on, PEM. */
  readonly tls?: { readonly ca: string }
  /** On a connection of its own; yields text, the members of an array on lines of their own. */
  command(...args: readonly string[]): Promise<string>
  signal(name: ServerSignal): void
  stop(): Promise<void>
  /** Ends it if it runs; it comes back on the same port and folder. */
  restart(): Promise<void>
}

/** Starts one and waits until it answers, as a replica until it follows; rejects with `NotInstalled`. */
export async function startRedis({ config = [], replicaOf, ...options }: RedisOptions = {}): Promise<RedisServer> {
  const program = requireProgram('redis-server')
  const port = options.port ?? (await findFreePort())
  const folder = { path: options.folder ?? makeFolder(), isOurs: options.folder === undefined }
  const certificate = options.tls === true ? makeCertificate() : undefined
  const password = config.map((line) => /^requirepass "?([^"]*)"?$/.exec(line)?.[1]).findLast((found) => found)
  const address: RedisAddress = { port, password, ca: certificate?.cert }
  if (certificate !== undefined) {
    writeFileSync(join(folder.path, 'tls.crt'), certificate.cert)
    writeFileSync(join(folder.path, 'tls.key'), certificate.key, { mode: 0o600 })
  }
  const path = join(folder.path, 'redis.conf')
  const lines = [
    ...commonLines(folder.path),
    ...(certificate === undefined ? [`port ${port}`] : secureLines(folder.path, port)),
    ...(replicaOf === undefined ? [] : replicaLines(replicaOf)),
    ...config,
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  const isReady = () => isServing(address, replicaOf !== undefined)
  const { server, stop } = await startInFolder(folder, (watch) =>
    startServerProcess({ program, args: [path], folder: folder.path, isReady }, watch),
  )
  if (replicaOf !== undefined) await untilCounted(replicaOf, port)
  return {
    url: `${certificate === undefined ? 'redis' : 'rediss'}://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid
    },
    ...(password === undefined ? {} : { password }),
    ...(certificate === undefined ? {} : { tls: { ca: certificate.cert } }),
    command: (...args) => askRedis(address, args),
    signal: (name) => server.signal(name),
    stop,
    restart: () => server.restart(),
  }
}

/** It has read its data in, and has caught up as a replica. */
async function isServing(address: RedisAddress, isReplica: boolean): Promise<boolean> {
  try {
    const info = await askRedis(address, ['INFO'])
    return info.includes('\nloading:0') && (!isReplica || info.includes('master_link_status:up'))
  } catch (error) {
    // Whoever may not ask was answered all the same.
    return error instanceof Error && /^NO(AUTH|PERM)/.test(error.message)
  }
}

/** Milliseconds. */
const PATIENCE = 10_000
const LOOK_AGAIN = 50

/** A master counts its good replicas once in a second, and until then takes no writes that need one. */
async function untilCounted(master: RedisServer, port: number): Promise<void> {
  const end = performance.now() + PATIENCE
  while (performance.now() < end) {
    const info = await master.command('INFO', 'replication')
    const isOnline = new RegExp(`port=${port},state=online`).test(info)
    if (isOnline && !info.includes('min_slaves_good_slaves:0')) return
    await delay(LOOK_AGAIN)
  }
  throw new Error(`The Redis at port ${master.port} does not take the one at port ${port} for its replica.`)
}

function commonLines(folder: string): readonly string[] {
  return [
    'bind 127.0.0.1',
    `dir ${folder}`,
    'save ""',
    'maxmemory-policy noeviction',
    // No waiting for replicas, neither at the end nor at the beginning.
    'shutdown-timeout 0',
    'repl-diskless-sync-delay 0',
  ]
}

function secureLines(folder: string, port: number): readonly string[] {
  return [
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${join(folder, 'tls.crt')}`,
    `tls-key-file ${join(folder, 'tls.key')}`,
    `tls-ca-cert-file ${join(folder, 'tls.crt')}`,
    'tls-auth-clients no',
  ]
}

function replicaLines({ port, password }: RedisServer): readonly string[] {
  return [`replicaof 127.0.0.1 ${port}`, ...(password === undefined ? [] : [`masterauth ${password}`])]
}
