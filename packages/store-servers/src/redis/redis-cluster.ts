/** Redis in Cluster mode: masters that share the slots, each with as many replicas as wanted. */
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '../free-port.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

/** A cluster that takes writes in every slot. */
export interface RedisCluster {
  /** `redis+cluster://127.0.0.1:P1,127.0.0.1:P2,…` */
  readonly url: string
  /** The masters first, as they were at the start. */
  readonly nodes: readonly RedisServer[]
  /** The master that has the slot of this key. */
  ownerOf(key: string): Promise<RedisServer>
  stop(): Promise<void>
}

const SLOTS = 16_384
/** Milliseconds. */
const PATIENCE = 30_000
const LOOK_AGAIN = 50

/** Starts `masters` (3 are the fewest that can fail over), each with `replicas`. */
export async function startRedisCluster(
  masters = 3,
  { replicas = 0, config = [] as readonly string[] } = {},
): Promise<RedisCluster> {
  const count = masters * (1 + replicas)
  const started = await Promise.allSettled(Array.from({ length: count }, () => startNode(config)))
  const nodes = started.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : []))
  const stop = async () => {
    await Promise.all(nodes.map(({ redis }) => redis.stop()))
  }
  try {
    for (const node of started) if (node.status === 'rejected') throw node.reason
    await introduce(nodes, masters)
  } catch (error) {
    await stop()
    throw error
  }
  const servers = nodes.map(({ redis }) => redis)
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes: servers,
    ownerOf: (key) => findOwner(servers, key),
    stop,
  }
}

interface Node {
  readonly redis: RedisServer
  /** Where nodes speak with one another. */
  readonly bus: number
}

async function startNode(config: readonly string[]): Promise<Node> {
  const bus = await findFreePort()
  const lines = ['cluster-enabled yes', `cluster-port ${bus}`, 'cluster-node-timeout 1000']
  return { redis: await startRedis({ config: [...lines, ...config] }), bus }
}

/** Every node gets its place; waits until all agree that the cluster is whole. */
async function introduce(nodes: readonly Node[], masters: number): Promise<void> {
  const [first] = nodes
  if (first === undefined) throw new Error('a cluster has one node at least')
  for (const [place, { redis }] of nodes.entries()) {
    await redis.command('CLUSTER', 'SET-CONFIG-EPOCH', String(place + 1))
    if (place >= masters) continue
    const [from, to] = [place, place + 1].map((step) => Math.floor((step * SLOTS) / masters))
    await redis.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? SLOTS) - 1))
  }
  for (const { redis, bus } of nodes.slice(1)) {
    await first.redis.command('CLUSTER', 'MEET', '127.0.0.1', String(redis.port), String(bus))
  }
  await waitUntil(async () => {
    const all = await Promise.all(nodes.map(({ redis }) => redis.command('CLUSTER', 'INFO')))
    return all.every((info) => info.includes('state:ok') && info.includes(`known_nodes:${nodes.length}\r`))
  })
  for (const [place, { redis }] of nodes.entries()) {
    const master = nodes[place % masters]
    if (place < masters || master === undefined) continue
    await redis.command('CLUSTER', 'REPLICATE', await master.redis.command('CLUSTER', 'MYID'))
    await waitUntil(async () => (await redis.command('INFO', 'replication')).includes('master_link_status:up'))
  }
}

async function findOwner(nodes: readonly RedisServer[], key: string): Promise<RedisServer> {
  for (const node of nodes) {
    // It says MOVED where another one has it; a replica says so too.
    const found = await node.command('EXISTS', key).then(
      () => true,
      () => false,
    )
    if (found) return node
  }
  throw new Error('no node has that slot')
}

async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await holds()); await delay(LOOK_AGAIN)) {
    if (Date.now() > end) throw new Error('the cluster did not become whole')
  }
}
