/** The driver alone, for what is shown to go wrong without a ledger. */
import type { RedisServer } from '@countersign/store-servers'
import { Redis } from 'ioredis'

/** A plain client; disconnect it. */
export function createClient({ url }: RedisServer): Redis {
  return new Redis(url)
}
