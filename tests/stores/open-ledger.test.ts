import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLedger } from '@countersign/ledgers'
import { startPostgres, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-open-ledger-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Made and kept far ahead, so that it is good in a store that is new too. */
async function spendTwice(url: string): Promise<readonly boolean[]> {
  const ledger = await openLedger(url, { deployment: 'test' })
  const now = Date.now() / 1000
  const spend = { kind: 'proof', key: 'a'.repeat(43), limit: 1, issued: now + 60, until: now + 600 } as const
  try {
    return [(await ledger.spend([spend])).spent, (await ledger.spend([spend])).spent]
  } finally {
    await ledger.close()
  }
}

describe('a ledger chosen by URL', () => {
  it('is a file, named by its path or as sqlite:', async () => {
    expect(await spendTwice(join(folder, 'one.sqlite'))).toEqual([true, false])
    expect(await spendTwice(`sqlite:${join(folder, 'two.sqlite')}`)).toEqual([true, false])
  })

  it('is a Redis', async () => {
    const redis = await startRedis()
    try {
      expect(await spendTwice(redis.url)).toEqual([true, false])
    } finally {
      await redis.stop()
    }
  })

  it('is a Postgres', async () => {
    const postgres = await startPostgres()
    try {
      expect(await spendTwice(postgres.url)).toEqual([true, false])
    } finally {
      await postgres.stop()
    }
  })

  it('is nothing else', async () => {
    await expect(openLedger('mysql://db.example/ledger')).rejects.toThrow(/mysql: URLs\. Name a file/)
  })
})
