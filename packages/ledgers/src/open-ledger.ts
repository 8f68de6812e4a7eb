/** A ledger chosen by its URL: the driver of a store is loaded when that store is named, and not before. */
import { type Clock, type Ledger, systemClock } from '@countersign/core'

/** A ledger that was opened, and can be closed. */
export interface OpenLedger extends Ledger {
  close(): Promise<void>
}

/** What holds for every kind. */
export interface OpenLedgerOptions {
  /** Written into a shared store when it is new, compared ever after: two deployments that meet by mistake then refuse. */
  readonly deployment?: string
  readonly clock?: Clock
}

const SCHEME = /^([a-z+]+):/

/**
 * Opens the ledger at `url`: `sqlite:PATH` or a path alone, for one machine; `redis:`, `rediss:`, `redis+sentinel:`,
 * `redis+cluster:` (needs `ioredis`); `postgres:`, `postgresql:` (needs `pg`). Rejects with a TypeError for another
 * scheme, with `DatabaseUnusable` or `StoreUnusable` for a store that cannot be used.
 */
export async function openLedger(url: string, options: OpenLedgerOptions = {}): Promise<OpenLedger> {
  const { clock = systemClock, deployment } = options
  const shared = deployment === undefined ? {} : { deployment }
  const scheme = SCHEME.exec(url)?.[1]
  switch (scheme) {
    case undefined:
    case 'sqlite':
      return openFile(scheme === undefined ? url : url.slice('sqlite:'.length), clock)
    case 'postgres':
    case 'postgresql':
      return (await import('./postgres/index.ts')).createPostgresLedger({ url, ...shared }, clock)
    default:
      if (!/^rediss?(?:\+(?:sentinel|cluster))?$/.test(scheme)) throw unknownScheme(scheme)
      return (await import('./redis/index.ts')).createRedisLedger(url, { ...shared, clock })
  }
}

async function openFile(path: string, clock: Clock): Promise<OpenLedger> {
  const { createSqliteLedger } = await import('./sqlite/index.ts')
  const ledger = createSqliteLedger({ path }, clock)
  return { lifetime: 'durable', spend: (spends) => ledger.spend(spends), close: async () => ledger.close() }
}

function unknownScheme(scheme: string): TypeError {
  return new TypeError(
    `No ledger is kept at ${scheme}: URLs. Name a file (sqlite:ledger.sqlite), a redis:, rediss:, redis+sentinel: or redis+cluster: server, or a postgres: database.`,
  )
}
