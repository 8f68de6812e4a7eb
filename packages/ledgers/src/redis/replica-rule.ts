/**
 * How long a master that was replaced may go on as if it were not. Replication is asynchronous, so what such a master
 * acknowledges is lost; all that can be done is to know when it must have ended, and to refuse what is from before.
 */
import { StoreUnusable } from '../shared/store-unusable.ts'
import type { Facts } from './examine-server.ts'
import type { RedisAddress } from './redis-address.ts'

/** What must hold at every heartbeat, and what follows from it. */
export interface ReplicaRule {
  /** So many replicas at least follow the master; 0 where there are none. */
  readonly replicas: number
  /** Each of them was heard of at most so many seconds ago. */
  readonly lag: number
  /** Seconds for which another master may have gone on when a new one is met. */
  readonly margin: number
}

/** Seconds from a heartbeat that was answered to the last spend that is sent on its word. */
export const LEASE = 3

/** Seconds from sending a spend to the last moment at which its answer is believed. */
export const LATEST_ANSWER = 2

/** Redis counts the lag in whole seconds, cut off on both sides. */
const ROUNDING = 2

/** What Redis takes when nothing is set. */
const DEFAULT_LAG = 10
const DEFAULT_NODE_TIMEOUT = 15

/**
 * Finds the rule for a server from INFO and CONFIG (empty where that may not be read). Throws `StoreUnusable`
 * (`replicas`) when it would acknowledge writes that no replica has.
 *
 * Of the nodes, the master and those that it must reach have to be more than half: then a side of a split network that
 * has the votes for a new master has too few nodes left on the other to keep the old one.
 */
export function judgeReplicas(info: Facts, config: Facts, address: RedisAddress): ReplicaRule {
  const connected = Number(info.get('connected_slaves') ?? 0)
  const lag = Number(config.get('min-replicas-max-lag') ?? DEFAULT_LAG)
  // INFO has this line only where both settings are above 0.
  const told = info.has('min_slaves_good_slaves') ? 1 : 0
  const configured = lag === 0 ? 0 : Number(config.get('min-replicas-to-write') ?? told)
  const expected = Math.max(Math.floor((connected + 1) / 2), address.kind === 'sentinel' ? 1 : 0)
  // Where CONFIG may not be read the server says no more than that there is a rule; the heartbeat asks for ours.
  const isEnough = config.size > 0 ? configured >= expected : configured > 0 || expected === 0
  if (!isEnough) {
    const text = `it has ${connected} replicas, and would go on without them when they choose another master`
    const cure = `Set \`min-replicas-to-write ${expected}\` and \`min-replicas-max-lag 3\`, on the replicas too.`
    throw new StoreUnusable('replicas', address.name, `${text}. ${cure}`)
  }
  const replicas = Math.max(configured, expected)
  if (replicas === 0) return { replicas, lag, margin: 0 }
  const unnoticed = Math.max(lag + ROUNDING, address.kind === 'cluster' ? nodeTimeout(config) : 0)
  return { replicas, lag, margin: unnoticed + LEASE + LATEST_ANSWER }
}

/** Seconds after which a cluster's master without a majority stops. */
function nodeTimeout(config: Facts): number {
  const milliseconds = config.get('cluster-node-timeout')
  return milliseconds === undefined ? DEFAULT_NODE_TIMEOUT : Math.ceil(Number(milliseconds) / 1000)
}
