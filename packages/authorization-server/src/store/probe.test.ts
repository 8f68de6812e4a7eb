import { DatabaseSync } from 'node:sqlite'
import { createMemoryLedger, type Ledger, type Spend } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createSqliteLedger, openEpoch } from '@countersign/ledgers/sqlite'
import { describe, expect, it } from 'vitest'
import { probeStores } from './probe.ts'

const issuer = 'https://auth.example'
const verifier = createFastVerifier()

function createState(time = { now: 1_800_000_000 }, ledger?: Ledger) {
  const database = new DatabaseSync(':memory:')
  const now = () => time.now
  const epoch = openEpoch({ database, clock: now })
  const store = { probe: async () => epoch.transact(() => undefined) }
  return { database, state: { store, ledger: ledger ?? createSqliteLedger({ database, epoch }, now), verifier, now } }
}

describe('a probe of the stores', () => {
  it('commits a spend, and leaves one row however often it is made', async () => {
    const time = { now: 1_800_000_000 }
    const { database, state } = createState(time)
    for (const step of [0, 0.5, 0.5, 3]) {
      time.now += step
      await probeStores(issuer, state)
    }
    expect(database.prepare('SELECT count(*) AS rows FROM spends').get()).toEqual({ rows: 1 })
  })

  it('fails when the database cannot be written', async () => {
    const { database, state } = createState()
    database.exec('PRAGMA query_only = ON')
    await expect(probeStores(issuer, state)).rejects.toThrow('readonly')
  })

  it('fails when the database is no longer the one that was opened', async () => {
    const { database, state } = createState()
    database.exec('DELETE FROM epoch')
    await expect(probeStores(issuer, state)).rejects.toThrow('replaced or restored')
  })

  it('fails when the ledger, wherever it is, cannot answer or refuses', async () => {
    const broken: Ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('no route')) }
    await expect(probeStores(issuer, createState(undefined, broken).state)).rejects.toThrow('no route')
    const spend = async ([{ key }]: readonly [Spend]) => ({ spent: false as const, exhausted: key })
    const full: Ledger = { lifetime: 'durable', spend: spend as Ledger['spend'] }
    await expect(probeStores(issuer, createState(undefined, full).state)).rejects.toThrow('refuses')
    await expect(probeStores(issuer, createState(undefined, createMemoryLedger()).state)).rejects.toThrow('durable')
  })
})
