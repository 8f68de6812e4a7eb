/** What spending costs on each store: time for each of 64 at once, on servers that are started for it on this machine. */
import { startRedis } from '@countersign/store-servers'
import type { Goal } from '../goal.ts'
import type { Costs } from '../interleave.ts'
import type { Benchmark } from '../run.ts'
import {
  createBareRedis,
  createOnPostgres,
  createOnRedis,
  createOnSqlite,
  freshKey,
  type Spender,
} from './contestants.ts'
import { countRoundTrips, measureId } from './redis-figures.ts'

const rounds = 20
const warmUp = 3
const atOnce = 64

/** Wall-clock microseconds for one spend, by name: the median of rounds in which all take turns. */
async function takeTurns(spenders: readonly Spender[], onRound: (done: number, of: number) => void): Promise<Costs> {
  const samples = new Map<string, number[]>(spenders.map(({ name }) => [name, []]))
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const spender of spenders) {
      const cost = await measure(spender)
      if (round >= warmUp) samples.get(spender.name)?.push(cost)
    }
    onRound(round + 1, warmUp + rounds)
  }
  return new Map([...samples].map(([name, costs]) => [name, median(costs)]))
}

async function measure({ each, spend }: Spender): Promise<number> {
  const keys = Array.from({ length: each }, freshKey)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) await spend(key)
    }),
  )
  return ((performance.now() - began) * 1000) / each
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

export const ledgerBenchmark: Benchmark = {
  name: 'ledger',
  summary: 'single use on real stores: time for each spend, 64 at once; one machine, client and server share it',
  async run(onProgress) {
    const redis = await startRedis()
    const bare = createBareRedis(redis)
    const onRedis = await createOnRedis(redis)
    const spenders = [bare, onRedis, await createOnPostgres(), createOnSqlite()]
    const costs = await takeTurns(spenders, onProgress)
    for (const spender of spenders) await spender.close()
    const cost = (spender: Spender) => costs.get(spender.name) ?? Number.NaN
    const goals: Goal[] = [
      {
        name: 'spends per second on Redis / SET NX PX of the bare driver',
        value: cost(bare) / cost(onRedis),
        unit: '×',
        bound: { atLeast: 0.8 },
      },
      {
        name: 'messages to Redis for a request that spends four things (heartbeats count too)',
        value: await countRoundTrips(redis),
        unit: '×',
        bound: { atMost: 1.05 },
      },
      {
        name: 'memory of Redis for each of 196,608 proofs',
        value: await measureId(redis),
        unit: 'B',
        bound: { atMost: 112 },
      },
    ]
    await redis.stop()
    return { costs, goals }
  },
}
