/** What the processes of all hosts share beside the database: where things are spent, and where they tell one another. */
import type { Ledger, SharedChannel } from '@countersign/core'
import { createRedisChannel, createRedisLedger } from '@countersign/ledgers/redis'
import type { ServeConfig } from '../config/read-config.ts'
import type { ServerParts } from './open-server.ts'

/** What the authorization server is given of it. */
export interface Shared {
  readonly ledger?: Ledger
  readonly channel?: SharedChannel
}

/** Opens it; rejects with `StoreUnusable`. Each function in `closers` is to be called at the end. */
export async function openShared(
  config: ServeConfig,
  { clock, ledgerEvents }: Pick<ServerParts, 'clock' | 'ledgerEvents'>,
  closers: (() => unknown)[],
): Promise<Shared> {
  if (config.ledger === undefined) return {}
  const { url, deployment = config.issuer, ...options } = config.ledger
  const ledger = await createRedisLedger(url, { ...options, deployment, clock })
  closers.push(() => ledger.close())
  ledger.store.watch(ledgerEvents)
  // It tells of changes alone, and metrics begin with nothing.
  ledgerEvents({ type: 'store_health', health: ledger.store.health, reason: 'recovered' })
  const channel = await createRedisChannel(url, options)
  closers.push(() => channel.close())
  return { ledger, channel }
}
