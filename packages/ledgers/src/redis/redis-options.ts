/** What a user says about a Redis, beside its URL. */
import type { Clock, StoreEvent } from '@countersign/core'

/** How to get there, for the ledger and the channel alike. */
export interface RedisOptions {
  /** Beside the URL, where it should not stand in it; these win. */
  readonly username?: string
  readonly password?: string
  /** Of the Sentinels, where they ask for one; the URL's are those of the Redis itself. */
  readonly sentinelUsername?: string
  readonly sentinelPassword?: string
  /** PEM texts, for `rediss:` alone; without `ca` the system's authorities are believed. */
  readonly tls?: RedisTls
  /** 1 to 6 letters or digits before every key, so that deployments share one Redis; `cs` by default. */
  readonly prefix?: string
  /** For connecting, and for each step of making sure of a server; milliseconds, 2000 by default. */
  readonly connectTimeoutMs?: number
}

/** What TLS is made with. */
export interface RedisTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The name that the certificate must hold, where it is not the host's. */
  readonly servername?: string
}

/** What `createRedisLedger` takes. */
export interface RedisLedgerOptions extends RedisOptions {
  /** A spend that was not answered by then rejects; milliseconds, 250 by default. */
  readonly timeoutMs?: number
  /** How long a heartbeat comes after the one before, about: 1000 ms by default, and at most. */
  readonly heartbeatMs?: number
  /** Written into the store when it is new, compared ever after: two deployments that meet by mistake then refuse. */
  readonly deployment?: string
  /** The system's by default. It must agree with the store's to 5 seconds. */
  readonly clock?: Clock
  /** Told of the store's health and epochs, also of the first. Must not throw. */
  readonly onEvent?: (event: StoreEvent) => void
}

/** A connection is given up after this many milliseconds. */
export const CONNECT_TIMEOUT = 2000

/** And a spend after this many. */
export const SPEND_TIMEOUT = 250

/** A heartbeat comes so many milliseconds after another. */
export const BEAT = 1000
