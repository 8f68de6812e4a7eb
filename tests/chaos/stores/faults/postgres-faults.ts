/** PostgreSQL with a replica that follows without being waited for. */
import { setTimeout as delay } from 'node:timers/promises'
import { type FaultProxy, type PostgresServer, startFaultProxy, startPostgres } from '@countersign/store-servers'
import type { Act, Fault } from '../fault.ts'
import { PROCESSES, type StoreScene, setStage } from '../stage.ts'

interface PostgresScene extends StoreScene {
  readonly primary: PostgresServer
  readonly replica: PostgresServer
  readonly ways: readonly FaultProxy[]
}

async function startStore(): Promise<PostgresScene> {
  const primary = await startPostgres()
  const replica = await primary.startReplica()
  const ways = await Promise.all(Array.from({ length: PROCESSES }, () => startFaultProxy({ port: primary.port })))
  return {
    primary,
    replica,
    ways,
    ledgerOf: (place) => primary.url.replace(`:${primary.port}/`, `:${ways[place]?.port}/`),
    async stop() {
      await Promise.all(ways.map((way) => way.close()))
      await Promise.all([replica.stop(), primary.stop()])
    },
  }
}

/** The power fails, and comes back. */
const killed: Fault<PostgresScene> = {
  name: 'store: SIGKILL',
  begin: ({ store }) => store.primary.signal('SIGKILL'),
  end: ({ store }) => store.primary.restart(),
}

/** Every process of it stands still. */
const stopped: Fault<PostgresScene> = {
  name: 'store: SIGSTOP',
  // A statement waits for a second.
  lasts: 3_000,
  begin: ({ store }) => store.primary.signal('SIGSTOP'),
  end: ({ store }) => store.primary.signal('SIGCONT'),
}

/** As for an upgrade. */
const restarted: Fault<PostgresScene> = {
  name: 'store restarted',
  begin: ({ store }) => store.primary.restart(),
}

/** Commits are made, and nobody is told. */
const cut: Fault<PostgresScene> = {
  name: 'replies lost after applied writes',
  begin({ store }) {
    for (const way of store.ways) way.dropReplies(1)
    setTimeout(() => {
      for (const way of store.ways) way.cut()
    }, 200)
  },
  end({ store }) {
    for (const way of store.ways) way.heal()
  },
}

/** Milliseconds for which the replica learns of nothing any more. */
const LOST = 1_000

/** The replica takes over without what was committed last. The old primary stays away. */
const failover: Fault<PostgresScene> = {
  name: 'failover that loses acknowledged writes',
  async begin({ store: { primary, replica, ways } }) {
    await replica.sql("alter system set primary_conninfo = ''; select pg_reload_conf()")
    await delay(LOST)
    primary.signal('SIGKILL')
    await replica.promote()
    for (const way of ways) way.redirect(replica.port)
  },
}

/** All that happens on it. */
export const postgres: Act<PostgresScene> = {
  name: 'PostgreSQL',
  set: () => setStage({ startStore, affinity: false }),
  faults: [killed, stopped, restarted, cut, failover],
}
