import { createMemoryLedger, type Ledger, type Spend } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { refuseWhileLedgerUnavailable } from './unavailable.ts'

const start = 1_800_000_000

/** A store that has lost its memory, and refuses until `notBefore` what may be from before. */
function createSettlingLedger(notBefore: number): Ledger {
  const spent = createMemoryLedger({ clock: () => start })
  return {
    lifetime: 'durable',
    spend: (spends) => spent.spend(spends),
    store: {
      health: 'healthy',
      epoch: { id: 'epoch', notBefore, secret: new Uint8Array(32) },
      watch: () => () => undefined,
    },
  }
}

const spend = (issued: number): Spend => ({ kind: 'proof', key: 'k'.repeat(43), limit: 1, issued, until: start + 60 })

describe('a store that has just lost its memory', () => {
  it('asks those to come back who could not have made anything that it takes', async () => {
    const ledger = refuseWhileLedgerUnavailable(createSettlingLedger(start + 5), () => start)
    await expect(ledger.spend([spend(start)])).rejects.toMatchObject({ error: 'temporarily_unavailable', status: 503 })
  })

  it('takes what is dated by its epoch all the same', async () => {
    const ledger = refuseWhileLedgerUnavailable(createSettlingLedger(start + 5), () => start)
    expect(await ledger.spend([spend(start + 5)])).toEqual({ spent: true })
  })

  it('leaves it to the ledger to judge what is from before, once that is over', async () => {
    const ledger = refuseWhileLedgerUnavailable(createSettlingLedger(start - 5), () => start)
    expect(await ledger.spend([spend(start - 10)])).toEqual({ spent: true })
  })
})
