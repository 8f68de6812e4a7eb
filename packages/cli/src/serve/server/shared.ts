/** Where single-use things are spent, when that is not the database: a store that every process of every host shares. */
import type { Ledger } from '@countersign/core'
import { createRedisLedger } from '@countersign/ledgers/redis'
import type { ServeConfig } from '../config/read-config.ts'
import type { ServerParts } from './open-server.ts'

/** What the authorization server is given of it. */
export interface Shared {
  readonly ledger?: Ledger
}

/** Opens it; rejects with `StoreUnusable`. Each function in `closers` is to be called at the end. */
export async function openShared(
  config: ServeConfig,
  { clock, storeEvents }: Pick<ServerParts, 'clock' | 'storeEvents'>,
  closers: (() => unknown)[],
): Promise<Shared> {
  if (config.ledger === undefined) return {}
  const { url, ...options } = config.ledger
  const ledger = await createRedisLedger(url, { deployment: config.issuer, ...options, clock })
  closers.push(() => ledger.close())
  ledger.store.watch(storeEvents)
  // It tells of changes alone, and metrics begin with nothing.
  storeEvents({ type: 'store_health', health: ledger.store.health, reason: 'recovered' })
  return { ledger }
}
