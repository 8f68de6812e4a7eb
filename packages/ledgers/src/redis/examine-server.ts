/** Is a server one that forgets nothing by itself? Asked on each new connection: it may lead to another server. */
import { StoreUnusable, type StoreUnusableFault } from '../shared/store-unusable.ts'
import type { NodeConnection } from './node-connection.ts'
import type { RedisAddress } from './redis-address.ts'
import { CONNECT_TIMEOUT } from './redis-options.ts'
import { judgeReplicas, type ReplicaRule } from './replica-rule.ts'
import { replyCode } from './reply-fault.ts'

const OLDEST = 7

/** Examines the server; yields what must hold of its replicas. Rejects with `StoreUnusable`, or as the connection does. */
export async function examineServer(connection: NodeConnection, address: RedisAddress): Promise<ReplicaRule> {
  const deadline = address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  const info = readInfo(await connection.call('info', [], deadline))
  const config = await readConfig(connection, deadline)
  assertRelease(info, address)
  assertPlace(info, address)
  assertMemory(info, address)
  return judgeReplicas(info, config, address)
}

/** The lines of INFO. */
export type Facts = ReadonlyMap<string, string>

function readInfo(reply: unknown): Facts {
  const lines = typeof reply === 'string' ? reply.split('\r\n') : []
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** Empty where the user may not read the configuration: INFO must do then. */
async function readConfig(connection: NodeConnection, deadline: number): Promise<Facts> {
  try {
    const reply = await connection.call('config', ['get', 'min-replicas-*', 'cluster-node-timeout'], deadline)
    const pairs = Array.isArray(reply) ? reply : Object.entries(Object(reply)).flat()
    return new Map(pairs.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(pairs[at + 1])] as const] : [])))
  } catch (error) {
    // Managed services take the command away altogether.
    if (replyCode(error) === 'NOPERM' || replyCode(error) === 'ERR') return new Map()
    throw error
  }
}

function refuse(address: RedisAddress, fault: StoreUnusableFault, explanation: string): never {
  throw new StoreUnusable(fault, address.name, explanation)
}

function assertRelease(info: Facts, address: RedisAddress): void {
  const release = info.get('redis_version')
  if (release === undefined || !info.has('run_id')) refuse(address, 'wrong_server', 'it does not tell what it is.')
  if (Number.parseInt(release ?? '', 10) >= OLDEST) return
  refuse(address, 'too_old', `it is of release ${release?.slice(0, 20)}. Use Redis 7.0 or later, or Valkey.`)
}

function assertPlace(info: Facts, address: RedisAddress): void {
  const isCluster = info.get('cluster_enabled') === '1'
  if (isCluster && address.kind !== 'cluster') {
    refuse(address, 'topology', 'it is a node of a cluster. Name it as redis+cluster://host:port,host:port.')
  }
  if (info.get('role') === 'master') return
  refuse(address, 'read_only', 'it is a replica, and takes no writes. Name the master, or the Sentinels.')
}

/** A server that evicts keys when its memory is full forgets what was spent. */
function assertMemory(info: Facts, address: RedisAddress): void {
  const policy = info.get('maxmemory_policy')
  if (policy === 'noeviction') return
  const found = policy === undefined ? 'it does not tell its maxmemory-policy' : `its maxmemory-policy is ${policy}`
  refuse(address, 'eviction', `${found}, so it may forget what was spent. Set \`maxmemory-policy noeviction\`.`)
}
