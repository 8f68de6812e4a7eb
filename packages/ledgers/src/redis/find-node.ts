/** Which server to speak to now: the one named, the master that the Sentinels agree on, or a cluster's node. */
import { StoreUnusable } from '../shared/store-unusable.ts'
import { explainFailure } from './explain-failure.ts'
import { openNode } from './node-connection.ts'
import { describeNode, type RedisAddress, type RedisNode } from './redis-address.ts'
import { CONNECT_TIMEOUT } from './redis-options.ts'

/** Yields the server's place. Rejects with `StoreUnusable`. Asked before every connection: it may be another by now. */
export async function findNode(address: RedisAddress): Promise<RedisNode> {
  const [first] = address.nodes
  if (first === undefined) throw new StoreUnusable('address', address.name, 'no host is named.')
  if (address.kind === 'single') return first
  return address.kind === 'sentinel' ? findMaster(address) : findOwner(address)
}

/** A Sentinel that was cut off may still name the master of yesterday: most are asked, the latest election counts. */
async function findMaster(address: RedisAddress): Promise<RedisNode> {
  const answers = await hearMost(address.nodes.map((sentinel) => askSentinel(sentinel, address)))
  const known = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const [latest] = known.toSorted((a, b) => b.election - a.election)
  if (latest !== undefined) return latest.node
  const [failed] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
  throw explainFailure(failed, address.name)
}

/** Yields what came of them once more than half have answered, or all have failed or answered. */
async function hearMost<T>(asked: readonly Promise<T>[]): Promise<readonly PromiseSettledResult<T>[]> {
  const heard: PromiseSettledResult<T>[] = []
  const most = Promise.withResolvers<void>()
  const hear = (result: PromiseSettledResult<T>) => {
    heard.push(result)
    if (heard.filter(({ status }) => status === 'fulfilled').length > asked.length / 2) most.resolve()
  }
  const all = asked.map((one) =>
    one.then(
      (value) => hear({ status: 'fulfilled', value }),
      (reason: unknown) => hear({ status: 'rejected', reason }),
    ),
  )
  await Promise.race([most.promise, Promise.all(all)])
  return heard
}

async function askSentinel(sentinel: RedisNode, address: RedisAddress): Promise<{ node: RedisNode; election: number }> {
  const reply = await ask(sentinel, address, ['sentinel', 'master', address.master])
  const fields = new Map<string, string>()
  if (Array.isArray(reply)) {
    for (let index = 0; index + 1 < reply.length; index += 2) fields.set(String(reply[index]), String(reply[index + 1]))
  } else if (typeof reply === 'object' && reply !== null) {
    for (const [name, value] of Object.entries(reply)) fields.set(name, String(value))
  }
  const host = fields.get('ip')
  if (host === undefined) throw new StoreUnusable('wrong_server', address.name, 'what answers there is no Sentinel.')
  return { node: { host, port: Number(fields.get('port')) }, election: Number(fields.get('config-epoch') ?? 0) }
}

/** The node of a cluster that owns the slot of our keys, as the first node says that answers. */
async function findOwner(address: RedisAddress): Promise<RedisNode> {
  let failure: unknown
  for (const node of address.nodes) {
    try {
      return ownerOf(await askForSlots(node, address), node, address)
    } catch (error) {
      failure ??= error
    }
  }
  throw explainFailure(failure, address.name)
}

async function askForSlots(node: RedisNode, address: RedisAddress): Promise<{ slot: number; slots: unknown }> {
  const connection = await openNode(node, address)
  const deadline = address.options.connectTimeoutMs ?? CONNECT_TIMEOUT
  try {
    const slot = Number(await connection.call('cluster', ['keyslot', address.prefix], deadline))
    return { slot, slots: await connection.call('cluster', ['slots'], deadline) }
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('cluster support disabled')) throw error
    throw new StoreUnusable(
      'topology',
      address.name,
      'it is a server of its own, no cluster. Name it as redis:// instead.',
    )
  } finally {
    connection.close()
  }
}

/** CLUSTER SLOTS: [first, last, [host, port, id, …], replicas …]; an empty host means the one that was asked. */
function ownerOf(
  { slot, slots }: { slot: number; slots: unknown },
  asked: RedisNode,
  address: RedisAddress,
): RedisNode {
  for (const range of Array.isArray(slots) ? slots : []) {
    if (!Array.isArray(range) || !(range[0] <= slot && slot <= range[1]) || !Array.isArray(range[2])) continue
    const [host, port] = range[2] as unknown[]
    return { host: typeof host === 'string' && host !== '' ? host : asked.host, port: Number(port) }
  }
  throw new StoreUnusable('unreachable', address.name, 'no node of the cluster owns the slot of our keys.')
}

async function ask(node: RedisNode, address: RedisAddress, [command = '', ...args]: string[]): Promise<unknown> {
  const connection = await openNode(node, address, { isSentinel: true })
  try {
    return await connection.call(command, args, address.options.connectTimeoutMs ?? CONNECT_TIMEOUT)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('No such master')) throw error
    const known = `the Sentinel at ${describeNode(node)} knows no master of that name`
    throw new StoreUnusable('address', address.name, `${known}. \`SENTINEL MASTERS\` lists those that it knows.`)
  } finally {
    connection.close()
  }
}
