/** The ledger on a real PostgreSQL: what it spends, also for many processes at once, and while the server fails. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { LedgerUnavailable } from '@countersign/core'
import { type FaultProxy, type PostgresServer, startFaultProxy, startPostgres } from '@countersign/store-servers'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freshKey, makeSpend, now, race } from '../testing/spends.test-fixture.ts'
import { createPostgresLedger, type PostgresLedger } from './postgres-ledger.ts'

let server: PostgresServer
let proxy: FaultProxy
const open: PostgresLedger[] = []
beforeAll(async () => {
  server = await startPostgres()
  proxy = await startFaultProxy({ port: server.port })
}, 60_000)
afterAll(async () => {
  await proxy.close()
  await server.stop()
}, 60_000)
afterEach(async () => {
  proxy.heal()
  await Promise.all(open.splice(0).map((ledger) => ledger.close()))
})

async function openLedger({
  url = server.url,
  clock = now,
  timeoutMs = 1000,
  heartbeatMs = 100,
} = {}): Promise<PostgresLedger> {
  const ledger = await createPostgresLedger({ url, timeoutMs, heartbeatMs }, clock)
  open.push(ledger)
  return ledger
}

const throughProxy = () => server.url.replace(`:${server.port}/`, `:${proxy.port}/`)

it('gives each thing its uses, all of one call or none, and names the first that had none left', async () => {
  const ledger = await openLedger()
  const [a, b, twice] = [makeSpend(), makeSpend(), makeSpend({ kind: 'capability', limit: 2 })]
  expect(await ledger.spend([a, twice])).toEqual({ spent: true })
  for (const call of [
    [b, a, twice],
    [b, twice, a],
    [a, b],
  ]) {
    expect(await ledger.spend(call)).toEqual({ spent: false, exhausted: a.key })
  }
  expect(await ledger.spend([b, twice])).toEqual({ spent: true })
  const last = makeSpend()
  expect(await ledger.spend([twice, last, a])).toEqual({ spent: false, exhausted: twice.key })
  expect(await ledger.spend([last, last])).toEqual({ spent: false, exhausted: last.key })
  expect(await ledger.spend([last, { ...last, kind: 'assertion' }])).toEqual({ spent: true })
  expect(await ledger.spend([])).toEqual({ spent: true })
})

it('rejects what could not be kept, also by the time of the server alone', async () => {
  const ledger = await openLedger()
  const good = makeSpend()
  for (const bad of [{ until: now() }, { key: '' }, { limit: 0 }, { until: Number.NaN }]) {
    await expect(ledger.spend([good, makeSpend(bad)])).rejects.toThrow(RangeError)
  }
  const behind = await openLedger({ clock: () => now() - 3 })
  await expect(behind.spend([good, makeSpend({ until: now() - 1 })])).rejects.toThrow(RangeError)
  expect(await ledger.spend([good])).toEqual({ spent: true })
})

it('gives exactly the limit of uses to those that come at once, over ledgers, with other things beside', async () => {
  const ledgers = await Promise.all(Array.from({ length: 3 }, () => openLedger()))
  expect(await race(ledgers, makeSpend(), 300)).toBe(1)
  expect(await race(ledgers, makeSpend({ limit: 7 }), 60)).toBe(7)
  const shared = makeSpend({ kind: 'capability', limit: 20 })
  const proofs = Array.from({ length: 40 }, () => makeSpend())
  const asked = proofs.flatMap((proof) =>
    ledgers.map((ledger, turn) => ledger.spend(turn === 1 ? [proof, shared] : [shared, proof])),
  )
  expect((await Promise.all(asked)).filter(({ spent }) => spent)).toHaveLength(20)
  expect(await race(ledgers, shared, 3)).toBe(0)
})

it('agrees with a count by hand, whatever calls come together', async () => {
  const ledgers = await Promise.all([openLedger(), openLedger()])
  const calls = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }), { maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 3 }), async (picked, limit) => {
      const things = Array.from({ length: 4 }, () => makeSpend({ limit }))
      const spends = picked.map((call) => call.flatMap((index) => things[index] ?? []))
      const outcomes = await Promise.all(spends.map((call, turn) => ledgers[turn % 2]?.spend(call)))
      for (const thing of things) {
        const used = spends
          .flatMap((call, index) => (outcomes[index]?.spent ? call : []))
          .filter((one) => one === thing)
        expect(used.length).toBeLessThanOrEqual(limit)
        // Nothing is lost to calls that were refused: what is left can be spent, and no more.
        expect(await race(ledgers, thing, limit + 1)).toBe(limit - used.length)
      }
    }),
    { numRuns: 10 },
  )
})

it('is made once by processes that start at once, and spends a thing once between them', async () => {
  const keys = Array.from({ length: 30 }, freshKey)
  const program = `
    import { createPostgresLedger } from ${JSON.stringify(new URL('./postgres-ledger.ts', import.meta.url).href)}
    const ledger = await createPostgresLedger({ url: ${JSON.stringify(server.url)}, schema: 'processes' })
    const until = Date.now() / 1000 + 60
    const won = await Promise.all(${JSON.stringify(keys)}.map((key) => ledger.spend([{ kind: 'proof', key, limit: 1, until }])))
    console.log(won.filter(({ spent }) => spent).length)
    await ledger.close()`
  const runs = Array.from({ length: 4 }, async () => {
    const child = spawn(process.execPath, ['--conditions=@countersign/source', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
    return Number(output)
  })
  expect((await Promise.all(runs)).reduce((sum, won) => sum + won, 0)).toBe(keys.length)
})

it('spends nothing for a process whose clock differs from the server by more than 5 seconds', async () => {
  let ahead = 0
  const ledger = await openLedger({ clock: () => now() + ahead })
  for (const wrong of [6, -6]) {
    ahead = wrong
    const spend = makeSpend()
    await expect(ledger.spend([spend])).rejects.toThrow(new LedgerUnavailable('clock'))
    ahead = 0
    await expect.poll(() => ledger.store.health, { timeout: 15_000 }).toBe('healthy')
    expect(await ledger.spend([spend])).toEqual({ spent: true })
  }
})

it('rejects a spend whose answer was lost; it was made, and is not made again', async () => {
  // The answer to a heartbeat shall not be the one that is lost.
  const ledger = await openLedger({ url: throughProxy(), heartbeatMs: 60_000 })
  await ledger.spend([makeSpend()])
  const spend = makeSpend()
  proxy.dropReplies(1)
  await expect(ledger.spend([spend])).rejects.toThrow(LedgerUnavailable)
  proxy.heal()
  const other = await openLedger()
  expect(await other.spend([spend])).toEqual({ spent: false, exhausted: spend.key })
})

it('rejects in time when the server stands still, and then at once, until it answers again', async () => {
  const ledger = await openLedger({ timeoutMs: 200 })
  await ledger.spend([makeSpend()])
  server.signal('SIGSTOP')
  try {
    await expect(ledger.spend([makeSpend()])).rejects.toThrow(new LedgerUnavailable('timeout'))
    await expect.poll(() => ledger.store.health, { timeout: 15_000 }).toBe('unhealthy')
    const start = performance.now()
    await expect(ledger.spend([makeSpend()])).rejects.toThrow(LedgerUnavailable)
    expect(performance.now() - start).toBeLessThan(50)
  } finally {
    server.signal('SIGCONT')
  }
  await expect.poll(() => ledger.store.health, { timeout: 15_000 }).toBe('healthy')
  expect(await ledger.spend([makeSpend()])).toEqual({ spent: true })
})

it('has forgotten nothing that it acknowledged when the server was killed under load', async () => {
  const ledger = await openLedger()
  const { id } = ledger.store.epoch
  const acknowledged: ReturnType<typeof makeSpend>[] = []
  let isKilled = false
  const load = Array.from({ length: 16 }, async () => {
    while (!isKilled) {
      const spend = makeSpend()
      const isSpent = await ledger.spend([spend]).then(
        ({ spent }) => spent,
        () => false,
      )
      if (isSpent) acknowledged.push(spend)
      else if (ledger.store.health !== 'healthy') return
    }
  })
  await expect.poll(() => acknowledged.length).toBeGreaterThan(100)
  server.signal('SIGKILL')
  await expect.poll(() => ledger.store.health, { timeout: 15_000 }).not.toBe('healthy')
  isKilled = true
  await Promise.all(load)
  await server.restart()
  await expect.poll(() => ledger.store.health, { timeout: 15_000 }).toBe('healthy')
  const again = await Promise.all(acknowledged.map((spend) => ledger.spend([spend])))
  expect(again.filter(({ spent }) => spent)).toEqual([])
  expect(ledger.store.epoch.id).toBe(id)
})

it('sweeps away what is long past its time, in bounded steps, and spends nothing of that again', async () => {
  const ledger = await openLedger()
  const schema = 'countersign_ledger'
  await server.sql(`INSERT INTO ${schema}.spends SELECT gen_random_uuid(), 1, 1000 + i FROM generate_series(1, 30) i`)
  expect(await server.sql(`SELECT ${schema}.sweep(20)`)).toMatch(/^(20|0)$/)
  await expect
    .poll(() => server.sql(`SELECT count(*) FROM ${schema}.spends WHERE until < 2000`), { timeout: 15_000 })
    .toBe('0')
  // As if the clock had been an hour ahead then: what ran out in that hour may have been swept away.
  await server.sql(`UPDATE ${schema}.swept SET until = extract(epoch FROM clock_timestamp()) + 3600`)
  await expect(ledger.spend([makeSpend()])).rejects.toThrow(RangeError)
  expect(await ledger.spend([makeSpend({ until: now() + 4000 })])).toEqual({ spent: true })
})
