/** Redis with two replicas and three Sentinels, which fail over by themselves. */
import { setTimeout as delay } from 'node:timers/promises'
import { beginFirstEpoch } from '@countersign/ledgers/redis'
import { type RedisServer, type Sentinels, startRedis, startSentinels } from '@countersign/store-servers'
import type { Act, Fault } from '../fault.ts'
import { type StoreScene, setStage } from '../stage.ts'

interface SentinelScene extends StoreScene {
  readonly nodes: readonly RedisServer[]
  readonly sentinels: Sentinels
}

/** A master takes writes only while a replica has answered within the last two seconds. */
const CONFIG = ['min-replicas-to-write 1', 'min-replicas-max-lag 2']
const REPLICAS = 2

async function startStore(): Promise<SentinelScene> {
  const master = await startRedis({ config: CONFIG })
  const start = () => startRedis({ config: CONFIG, replicaOf: master })
  const nodes = [master, ...(await Promise.all(Array.from({ length: REPLICAS }, start)))]
  const sentinels = await startSentinels({ master })
  await beginFirstEpoch(sentinels.url)
  return {
    nodes,
    sentinels,
    ledgerOf: () => sentinels.url,
    async stop() {
      await sentinels.stop()
      await Promise.all(nodes.map((node) => node.stop()))
    },
  }
}

/** The master at this moment, and those that follow it. */
async function look({ nodes, sentinels }: SentinelScene) {
  const { port } = await sentinels.master()
  const master = nodes.find((node) => node.port === port)
  if (master === undefined) throw new Error('the sentinels name a master that was never started')
  return { master, replicas: nodes.filter((node) => node !== master) }
}

/** More than fits in the buffers of connections to the replicas: what comes after it stays behind in the master. */
const PLUG = 32 << 20
/** Milliseconds for which it acknowledges what no replica will ever see. */
const LOST = 1_000

/** What the master has acknowledged last dies with it. */
const lossyFailover: Fault<SentinelScene> = {
  name: 'failover that loses acknowledged writes',
  async begin({ store }) {
    const { master, replicas } = await look(store)
    for (const replica of replicas) replica.signal('SIGSTOP')
    await master.command('SET', 'plug', 'x'.repeat(PLUG))
    await delay(LOST)
    master.signal('SIGKILL')
    for (const replica of replicas) replica.signal('SIGCONT')
    await store.sentinels.failedOver(master)
    await master.restart()
  },
}

/** The old master comes to, and does not know that it is none any more. */
const oldMaster: Fault<SentinelScene> = {
  name: 'failover, and the old master goes on',
  async begin({ store }) {
    const { master } = await look(store)
    master.signal('SIGSTOP')
    await store.sentinels.failedOver(master)
    master.signal('SIGCONT')
  },
}

/** All that happens on it. */
export const sentinel: Act<SentinelScene> = {
  name: 'Sentinel',
  set: () => setStage({ startStore, affinity: false }),
  faults: [lossyFailover, oldMaster],
}
