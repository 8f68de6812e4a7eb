/** `countersign serve` on a real PostgreSQL and a real Redis, one of which goes away and comes back. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beginFirstEpoch } from '@countersign/ledgers/redis'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ready, Served } from '../support/served-process.ts'

const issuer = 'http://127.0.0.1:1'
let folder: string
let redis: RedisServer
let postgres: PostgresServer
let served: Served
let ready: Ready
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-serve-stores-'))
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  // Else all that is spent in its first seconds is refused.
  await beginFirstEpoch(redis.url, { deployment: issuer })
  const config = {
    issuer,
    listen: { port: 0 },
    admin: { port: 0 },
    database: postgres.url,
    ledger: redis.url,
    encryption: { key: randomBytes(32).toString('hex') },
    resources: [{ resource: 'http://127.0.0.1:2/mcp', scopes: { read: 'Read' } }],
  }
  writeFileSync(join(folder, 'serve.json'), JSON.stringify(config))
  served = new Served(join(folder, 'serve.json'), '--workers', '2')
  ready = await served.ready
}, 60_000)
afterAll(async () => {
  served?.signal('SIGTERM')
  expect(await served?.exit).toBe(0)
  await Promise.all([redis.stop(), postgres.stop()])
  rmSync(folder, { recursive: true })
}, 30_000)

async function readHealth(): Promise<unknown> {
  const response = await fetch(`${ready.admin}/readyz`)
  return [response.status, await response.json()]
}

const whole = { workers: { wanted: 2, serving: 2, ready: 2 } }

it('is not ready while the ledger is away, replaces a worker that died when it is back, and then is', async () => {
  expect(await readHealth()).toMatchObject([200, whole])
  redis.signal('SIGSTOP')
  await expect
    .poll(readHealth, { timeout: 10_000, interval: 200 })
    .toMatchObject([503, { checks: { stores: 'failed' } }])
  const [victim = 0] = served.pids()
  const missing = served.next('worker_not_started')
  process.kill(victim, 'SIGKILL')
  expect((await missing).reason).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used: /)
  redis.signal('SIGCONT')
  await expect.poll(readHealth, { timeout: 30_000, interval: 200 }).toMatchObject([200, whole])
}, 60_000)

it('says in its metrics and its log how the stores do, and names no secret there', async () => {
  const metrics = await (await fetch(`${ready.admin}/metrics`)).text()
  expect(metrics).toMatch(/^countersign_ledger_health\{worker="[12]"\} 0$/m)
  expect(metrics).toContain('countersign_serve_worker_deaths_total 1')
  const log = JSON.stringify(served.lines)
  expect(log).toMatch(/"store_health".*"unhealthy"/)
  expect(log).not.toContain(new URL(postgres.url).password)
})
