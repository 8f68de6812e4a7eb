/** A store that is new: only a person can know that nothing was ever spent in it. */
import { systemClock } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { parseRedisUrl } from './redis-address.ts'
import type { RedisLedgerOptions } from './redis-options.ts'
import { NOTHING_KNOWN } from './settle.ts'
import { openSettled } from './settled-connection.ts'

/**
 * Begins the first epoch of a Redis that is empty because it is new, so that nothing is refused in it. Without this
 * call the first process to come takes an empty store for one that has lost its memory, and what was made before, or
 * in the seconds after, is refused.
 *
 * For an installation, and for tests; never for the start of a server, where it would undo what epochs are for. Rejects
 * with `StoreUnusable`, with the fault `foreign` where there is an epoch already.
 */
export async function beginFirstEpoch(url: string, options: RedisLedgerOptions = {}): Promise<void> {
  const address = parseRedisUrl(url, options)
  const parts = { address, deployment: options.deployment ?? '', clock: options.clock ?? systemClock, isFirst: true }
  const { connection, settled } = await openSettled(parts, NOTHING_KNOWN)
  connection.close()
  if (settled.epoch.notBefore === 0) return
  throw new StoreUnusable(
    'foreign',
    address.name,
    'it has had an epoch before, whose memory is lost. Leave it: what is made from now on is good in a few seconds.',
  )
}
