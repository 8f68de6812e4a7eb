/** Real store servers, for tests, the lab and chaos runs. */
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
export { isInstalled, NotInstalled, type Program } from './installed.ts'
export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres/postgres-server.ts'
export { type RedisOptions, type RedisServer, startRedis } from './redis/redis-server.ts'
export type { ServerSignal } from './server-process.ts'
