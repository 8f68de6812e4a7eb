/** What the ledger on Redis costs beside time: messages for each request, and memory for each proof. */
import type { Spend, SpendKind } from '@countersign/core'
import { createRedisLedger } from '@countersign/ledgers/redis'
import type { RedisServer } from '@countersign/store-servers'
import { freshKey } from './contestants.ts'

const REQUESTS = 2000
/** Redis's tables of keys double at powers of two: this many fill them by three quarters, as is the mean. */
const IDS = 196_608

/** How often Redis was read from for one request that spends four things. */
export async function countRoundTrips(server: RedisServer): Promise<number> {
  const ledger = await createRedisLedger(server.url, { timeoutMs: 5000 })
  const before = await readInfo(server, 'stats', 'total_reads_processed')
  for (let request = 0; request < REQUESTS; request++) {
    await ledger.spend([makeSpend('proof'), makeSpend('nonce'), makeSpend('capability', 9), makeSpend('capability', 2)])
  }
  const after = await readInfo(server, 'stats', 'total_reads_processed')
  await ledger.close()
  return (after - before) / REQUESTS
}

/** Octets that Redis takes for one more proof. */
export async function measureId(server: RedisServer): Promise<number> {
  const ledger = await createRedisLedger(server.url, { timeoutMs: 5000 })
  await server.command('FLUSHDB')
  await ledger.spend([makeSpend('proof')]).catch(() => {})
  while (ledger.store.health !== 'healthy') await new Promise((resolve) => setTimeout(resolve, 50))
  const before = await readInfo(server, 'memory', 'used_memory')
  for (let ids = 0; ids < IDS; ids += 2048) {
    await Promise.all(Array.from({ length: 2048 }, () => ledger.spend([makeSpend('proof')])))
  }
  // Its tables grow in steps, and a step that has begun is done within the second.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const after = await readInfo(server, 'memory', 'used_memory')
  await ledger.close()
  return (after - before) / IDS
}

function makeSpend(kind: SpendKind, limit = 1): Spend {
  const now = Date.now() / 1000
  return { kind, key: freshKey(), limit, issued: now + 3600, until: now + 600 }
}

async function readInfo(server: RedisServer, section: string, name: string): Promise<number> {
  return Number(new RegExp(`\\b${name}:(\\d+)`).exec(await server.command('INFO', section))?.[1])
}
