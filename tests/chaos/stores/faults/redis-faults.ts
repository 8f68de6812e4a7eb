/** One Redis server, to which each process has a way of its own. */
import { setTimeout as delay } from 'node:timers/promises'
import { beginFirstEpoch } from '@countersign/ledgers/redis'
import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@countersign/store-servers'
import type { Act, Fault } from '../fault.ts'
import { PROCESSES, type StoreScene, setStage } from '../stage.ts'
import { clockBack, clockForward, processKilled, processStalled } from './process-faults.ts'

interface RedisScene extends StoreScene {
  readonly redis: RedisServer
  readonly ways: readonly FaultProxy[]
}

type RedisFault = Fault<RedisScene>

async function startStore(): Promise<RedisScene> {
  const redis = await startRedis()
  await beginFirstEpoch(redis.url)
  const ways = await Promise.all(Array.from({ length: PROCESSES }, () => startFaultProxy({ port: redis.port })))
  return {
    redis,
    ways,
    ledgerOf: (place) => `redis://127.0.0.1:${ways[place]?.port}`,
    async stop() {
      await Promise.all(ways.map((way) => way.close()))
      await redis.stop()
    },
  }
}

const heal: RedisFault['end'] = ({ store }) => {
  for (const way of store.ways) way.heal()
}

/** What an attacker causes who can: no process reaches the store. */
const cut: RedisFault = {
  name: 'connections cut',
  begin({ store }) {
    for (const way of store.ways) way.cut()
  },
  end: heal,
}

/** One process is without the store, and the others have it. */
const partition: RedisFault = {
  name: 'one process cut off',
  begin: ({ store }) => store.ways[0]?.cut(),
  end: heal,
}

/** Milliseconds each way: a little more, there and back, than a spend waits for. */
const SLOW = 140

/** Answers come when nobody waits for them any more. */
const latency: RedisFault = {
  name: 'latency',
  begin({ store }) {
    for (const way of store.ways) way.delay(SLOW)
  },
  end: heal,
}

/** Connections are open, and nothing comes through. */
const stalledWay: RedisFault = {
  name: 'packets lost',
  begin({ store }) {
    for (const way of store.ways) way.stall()
  },
  end: heal,
}

/** Milliseconds from one lost reply to the next. */
const LOSSES = 120
const losing = new WeakMap<RedisScene, NodeJS.Timeout>()

/** What was asked for is done, and nobody is told. */
const lostReplies: RedisFault = {
  name: 'replies lost after applied writes',
  begin({ store }) {
    const lose = () => {
      for (const way of store.ways) way.dropReplies(1)
    }
    losing.set(store, setInterval(lose, LOSSES))
  },
  end(stage) {
    clearInterval(losing.get(stage.store))
    return heal(stage)
  },
}

/** The server is killed, and comes back with nothing. */
const killed: RedisFault = {
  name: 'store: SIGKILL',
  begin: ({ store }) => store.redis.signal('SIGKILL'),
  end: ({ store }) => store.redis.restart(),
}

/** The server stands still. */
const stopped: RedisFault = {
  name: 'store: SIGSTOP',
  begin: ({ store }) => store.redis.signal('SIGSTOP'),
  end: ({ store }) => store.redis.signal('SIGCONT'),
}

/** It is restarted in an orderly way, with what it has saved: the last second is not among that. */
const restored: RedisFault = {
  name: 'store restarted from an older snapshot',
  async begin({ store: { redis } }) {
    await redis.command('SAVE')
    await delay(1_000)
    redis.signal('SIGKILL')
    await redis.restart()
  },
}

/** Restarted as by an upgrade, with everything saved. */
const restarted: RedisFault = {
  name: 'store restarted',
  async begin({ store: { redis } }) {
    await redis.command('CONFIG', 'SET', 'save', '3600 1')
    await redis.restart()
  },
}

/** Everything is gone, and the server never was. */
const flushed: RedisFault = {
  name: 'FLUSHALL',
  lasts: 1_500,
  begin: ({ store }) => store.redis.command('FLUSHALL'),
}

/** It takes no more writes. */
const full: RedisFault = {
  name: 'memory full',
  begin: ({ store }) => store.redis.command('CONFIG', 'SET', 'maxmemory', '1mb'),
  end: ({ store }) => store.redis.command('CONFIG', 'SET', 'maxmemory', '0'),
}

/** It becomes a replica of an older copy of itself, and a master again: the same process, with less in it. */
const demoted: RedisFault = {
  name: 'store demoted to an older copy and promoted again',
  async begin({ store: { redis } }) {
    const copy = await startRedis({ replicaOf: redis })
    await copy.command('REPLICAOF', 'NO', 'ONE')
    await delay(1_000)
    await redis.command('REPLICAOF', '127.0.0.1', String(copy.port))
    while (!(await redis.command('INFO', 'replication')).includes('master_link_status:up')) await delay(5)
    await redis.command('REPLICAOF', 'NO', 'ONE')
    await copy.stop()
  },
}

/** Clients are promised to come back to their process: it goes on by itself while the store is away. */
const set = (weaknesses: readonly string[] = []) => setStage({ startStore, affinity: true, weaknesses })

/** All that happens on it. */
export const redis: Act<RedisScene> = {
  name: 'Redis',
  set: () => set(),
  // After each that ends an epoch come some that do not: calls with capabilities need a while until they are good again.
  faults: [
    ...[cut, killed, partition, latency, restored, stalledWay, lostReplies, restarted, stopped, full, flushed],
    ...[processStalled, clockForward, demoted, processKilled, clockBack],
  ],
}

/** The worst of it, for short runs. */
export const shortRedis: Act<RedisScene> = { ...redis, faults: [partition, killed, processKilled] }

/** What falling back on one's own memory lets in: a run of this must count replays, or it counts nothing. */
export const naiveRedis: Act<RedisScene> = {
  name: 'Redis, with each process falling back on its own memory',
  set: () => set(['local_fallback']),
  faults: [cut],
}
