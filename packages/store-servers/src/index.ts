/** Real store servers, for tests, the lab and chaos runs. */
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
export { findFreePort } from './free-port.ts'
export { isInstalled, NotInstalled, type Program } from './installed.ts'
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/postgres-server.ts'
export { type RedisCluster, startRedisCluster } from './redis/redis-cluster.ts'
export { type RedisOptions, type RedisServer, startRedis } from './redis/redis-server.ts'
export { type SentinelOptions, type Sentinels, startSentinels } from './redis/sentinels.ts'
export type { ServerSignal } from './server-process.ts'
