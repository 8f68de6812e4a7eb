/** Single use, and what processes tell one another, on Redis. */
export { StoreUnusable, type StoreUnusableFault } from '../shared/store-unusable.ts'
export { beginFirstEpoch } from './first-epoch.ts'
export { createRedisChannel } from './redis-channel.ts'
export { createRedisLedger, type RedisLedger } from './redis-ledger.ts'
export type { RedisLedgerOptions, RedisOptions, RedisTls } from './redis-options.ts'
