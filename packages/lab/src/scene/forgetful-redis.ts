/** A ledger on Redis as it is often built: one command for each thing, which asks nobody whether memory was lost. */
import type { Ledger, Spend } from '@countersign/core'
import { Redis } from 'ioredis'

/** A ledger, with what ends its connection. */
export interface ClosableLedger extends Ledger {
  close(): Promise<void>
}

/** Knows of no epoch: all that use `secret` make the same nonces for ever, whatever the store has forgotten. */
export async function createForgetfulLedger(url: string, secret: Uint8Array): Promise<ClosableLedger> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 })
  // Whoever cannot be reached is asked again.
  redis.on('error', () => {})

  async function spendOne({ key, limit, until }: Spend): Promise<boolean> {
    const count = await redis.incr(key)
    await redis.pexpireat(key, until * 1_000)
    return count <= limit
  }

  return {
    lifetime: 'durable',
    store: { health: 'healthy', epoch: { id: 'the only one', notBefore: 0, secret }, watch: () => () => {} },
    async spend(spends) {
      for (const spend of spends) if (!(await spendOne(spend))) return { spent: false, exhausted: spend.key }
      return { spent: true }
    },
    async close() {
      redis.disconnect()
    },
  }
}
