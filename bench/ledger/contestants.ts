/** Who spends proofs: the ledgers on real servers, and the bare driver of Redis with the command that a ledger would be. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '@countersign/core'
import { createPostgresLedger } from '@countersign/ledgers/postgres'
import { createRedisLedger } from '@countersign/ledgers/redis'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { type RedisServer, startPostgres } from '@countersign/store-servers'
import { Redis } from 'ioredis'

/** Spends one thing after another, as often as it is asked. */
export interface Spender {
  readonly name: string
  /** How many it spends in one round: the slower, the fewer. */
  readonly each: number
  spend(key: string): Promise<void>
  close(): Promise<void>
}

/** Seconds for which a proof is kept. */
const KEPT = 600
/** This machine may be busy, and is measured all the same. */
const PATIENT = { timeoutMs: 5000 }

/** Later than any epoch that began while this was started. */
const issued = Date.now() / 1000 + 3600

/** A key as `spendKey` makes them. */
export function freshKey(): string {
  return randomBytes(32).toString('base64url')
}

/** The driver alone, pipelined as it does by itself. */
export function createBareRedis(server: RedisServer): Spender {
  const redis = new Redis(server.url)
  return {
    name: 'bare ioredis, SET NX PX',
    each: 6400,
    async spend(key) {
      if ((await redis.set(key.slice(0, 22), '1', 'PX', KEPT * 1000, 'NX')) !== 'OK') throw new Error('not spent')
    },
    async close() {
      redis.disconnect()
    },
  }
}

/** On Redis. */
export async function createOnRedis(server: RedisServer): Promise<Spender> {
  const ledger = await createRedisLedger(server.url, PATIENT)
  return { name: 'ledger on Redis', each: 6400, spend: (key) => spendProof(ledger, key), close: () => ledger.close() }
}

/** On PostgreSQL, with a server of its own. */
export async function createOnPostgres(): Promise<Spender> {
  const server = await startPostgres()
  const ledger = await createPostgresLedger({ url: server.url, ...PATIENT })
  return {
    name: 'ledger on PostgreSQL',
    each: 640,
    spend: (key) => spendProof(ledger, key),
    async close() {
      await ledger.close()
      await server.stop()
    },
  }
}

/** In a file of its own. */
export function createOnSqlite(): Spender {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const ledger = createSqliteLedger({ path: join(folder, 'ledger.sqlite') })
  return {
    name: 'ledger on SQLite',
    each: 640,
    spend: (key) => spendProof(ledger, key),
    async close() {
      ledger.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function spendProof(ledger: Ledger, key: string): Promise<void> {
  const until = Date.now() / 1000 + KEPT
  if (!(await ledger.spend([{ kind: 'proof', key, limit: 1, issued, until }])).spent) throw new Error('not spent')
}
