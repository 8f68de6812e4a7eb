import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { Spend } from '@countersign/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSqliteLedger } from './sqlite-ledger.ts'

let folder: string
let path: string
let now: number
const clock = () => now
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-ledger-'))
  path = join(folder, 'ledger.db')
  now = 1_000_000
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const proof = (key: string, until = now + 60): Spend => ({ kind: 'proof', key, limit: 1, until })

describe('spend', () => {
  it('gives each key its uses and then names the exhausted one', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    const thrice: Spend = { kind: 'nonce', key: 'k', limit: 3, until: now + 60 }
    for (let use = 0; use < 3; use++) expect(await ledger.spend([thrice])).toEqual({ spent: true })
    expect(await ledger.spend([thrice])).toEqual({ spent: false, exhausted: 'k' })
    ledger.close()
  })

  it('spends all of several keys or none', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    await ledger.spend([proof('b')])
    expect(await ledger.spend([proof('a'), proof('b')])).toEqual({ spent: false, exhausted: 'b' })
    expect(await ledger.spend([proof('a')])).toEqual({ spent: true })
    ledger.close()
  })

  it('does not let one call spend a key twice', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    expect(await ledger.spend([proof('a'), proof('a')])).toEqual({ spent: false, exhausted: 'a' })
    expect(await ledger.spend([proof('a')])).toEqual({ spent: true })
    ledger.close()
  })

  it('keeps kinds apart', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    expect(await ledger.spend([proof('a'), { ...proof('a'), kind: 'assertion' }])).toEqual({ spent: true })
    ledger.close()
  })

  it('remembers until the very second it was asked to, and across a restart', async () => {
    const first = createSqliteLedger({ path }, clock)
    await first.spend([proof('a')])
    first.close()
    const second = createSqliteLedger({ path }, clock)
    now += 59.9
    expect(await second.spend([proof('a')])).toEqual({ spent: false, exhausted: 'a' })
    now += 0.2
    expect(await second.spend([proof('a')])).toEqual({ spent: true })
    second.close()
  })

  it('never forgets earlier because a later use asks for less', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    await ledger.spend([{ ...proof('a'), limit: 2, until: now + 100 }])
    await ledger.spend([{ ...proof('a'), limit: 2, until: now + 10 }])
    now += 50
    expect(await ledger.spend([{ ...proof('a'), limit: 2 }])).toEqual({ spent: false, exhausted: 'a' })
    ledger.close()
  })

  it('rejects what it cannot keep, spending nothing', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    for (const bad of [proof('late', now), proof(''), { ...proof('x'), limit: 0 }, proof('x', Number.NaN)]) {
      await expect(ledger.spend([proof('good'), bad])).rejects.toThrow(RangeError)
    }
    expect(await ledger.spend([proof('good')])).toEqual({ spent: true })
    ledger.close()
  })

  it('rejects once its store is closed', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    ledger.close()
    await expect(ledger.spend([proof('a')])).rejects.toThrow()
  })

  it('spends exactly limit uses, whatever the order of calls', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    let run = 0
    const keys = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (calls, limit) => {
        run++
        const used = new Map<string, number>()
        for (const call of calls) {
          const outcome = await ledger.spend(
            call.map((key) => ({ kind: 'nonce', key: `${run} ${key}`, limit, until: now + 60 })),
          )
          const after = new Map(used)
          for (const key of call) after.set(key, (after.get(key) ?? 0) + 1)
          const fits = [...after.values()].every((uses) => uses <= limit)
          expect(outcome.spent).toBe(fits)
          if (fits) for (const [key, uses] of after) used.set(key, uses)
        }
      }),
      { numRuns: 30 },
    )
    ledger.close()
  })
})

describe('the table', () => {
  it('spends nothing again that it swept away by a clock which ran ahead and was put right', async () => {
    const ledger = createSqliteLedger({ path }, clock)
    expect(await ledger.spend([proof('a')])).toEqual({ spent: true })
    const used = proof('a')
    now += 3600
    expect(await ledger.spend([proof('b')])).toEqual({ spent: true })
    ledger.close()
    now -= 3600
    const restarted = createSqliteLedger({ path }, clock)
    expect(await restarted.spend([used])).toEqual({ spent: false, exhausted: 'a' })
    // What is kept for longer than anything that was swept away is known to be new.
    expect(await restarted.spend([proof('c', now + 61)])).toEqual({ spent: true })
    restarted.close()
  })

  it('stays bounded: every spend sweeps away more rows than it adds', async () => {
    const database = new DatabaseSync(':memory:')
    const ledger = createSqliteLedger({ database }, clock)
    for (let id = 0; id < 300; id++) {
      await ledger.spend([proof(`k${id}`, now + 10)])
      // Rows stay for a while past their time.
      now += 100
    }
    const rows = database.prepare('SELECT count(*) AS n FROM spends').get()
    expect(rows?.n).toBeLessThan(12)
    ledger.close()
    expect(database.isOpen).toBe(true)
    database.close()
  })
})

describe('several processes on one file', () => {
  it('spend a key once between them', async () => {
    createSqliteLedger({ path }, clock).close()
    const source = `
      const { parentPort } = require('node:worker_threads')
      import(${JSON.stringify(new URL('./sqlite-ledger.ts', import.meta.url).href)}).then(async ({ createSqliteLedger }) => {
        const ledger = createSqliteLedger({ path: ${JSON.stringify(path)} }, () => ${now})
        let won = 0
        for (let id = 0; id < 50; id++)
          if ((await ledger.spend([{ kind: 'proof', key: 'k' + id, limit: 1, until: ${now + 60} }])).spent) won++
        ledger.close()
        parentPort.postMessage(won)
      })`
    const wins = await Promise.all(
      Array.from({ length: 3 }, () => {
        const worker = new Worker(source, { eval: true, execArgv: ['--conditions=@countersign/source'] })
        return new Promise<number>((resolve, reject) => {
          worker.once('message', resolve)
          worker.once('error', reject)
        })
      }),
    )
    expect(wins.reduce((sum, won) => sum + won, 0)).toBe(50)
  })
})
