/** What a token costs, beside oidc-provider by itself: which keeps nothing, where we are done once it is on the disk. */
import { createSigningKey } from '../guard/fixture.ts'
import type { Benchmark } from '../run.ts'
import { type Cost, type ServerUnderLoad, startServer } from './server-under-load.ts'
import type { ServerKind } from './setup.ts'

const rounds = 30
const warmUp = 10
const loads = [
  { connections: 64, batch: 256 },
  { connections: 1, batch: 32 },
] as const
const total = (rounds + warmUp) * loads.reduce((sum, { batch }) => sum + batch, 0)
const kinds: readonly ServerKind[] = ['ours', 'bare']
const names: Readonly<Record<ServerKind, string>> = { ours: 'ours', bare: 'oidc-provider in memory' }

type Samples = Map<string, Cost[]>

/** In turns, so that whatever else the machine does falls on both alike. */
async function measure(
  servers: Readonly<Record<ServerKind, ServerUnderLoad>>,
  onRound: (done: number, of: number) => void,
): Promise<Samples> {
  const samples: Samples = new Map()
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const { connections, batch } of loads) {
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        const cost = await servers[kind].obtainTokens(batch, connections)
        const name = nameOf(kind, connections)
        if (round >= warmUp) samples.set(name, [...(samples.get(name) ?? []), cost])
      }
    }
    onRound(round + 1, warmUp + rounds)
  }
  return samples
}

function nameOf(kind: ServerKind, connections: number): string {
  return `${names[kind]}, ${connections === 1 ? 'one connection' : `${connections} connections`}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export const tokenEndpointBenchmark: Benchmark = {
  name: 'token-endpoint',
  summary: 'one token over HTTP: client credentials, private_key_jwt, DPoP with nonce, JWT signed with Ed25519',
  async run(onProgress) {
    const signer = createSigningKey()
    const [ours, bare] = await Promise.all([startServer('ours', total, signer), startServer('bare', total, signer)])
    const samples = await measure({ ours, bare }, onProgress).finally(() => {
      ours.close()
      bare.close()
    })
    const cost = (kind: ServerKind, connections: number, of: keyof Cost) =>
      median((samples.get(nameOf(kind, connections)) ?? []).map((sample) => sample[of]))
    const costs = new Map<string, number>()
    for (const { connections } of loads) {
      for (const kind of kinds) {
        costs.set(`${nameOf(kind, connections)}: CPU of the server`, cost(kind, connections, 'cpu'))
        costs.set(`${nameOf(kind, connections)}: on the clock`, cost(kind, connections, 'wall'))
      }
    }
    const goals = [
      {
        name: 'tokens per second / those of oidc-provider in memory, 64 connections',
        value: cost('bare', 64, 'wall') / cost('ours', 64, 'wall'),
        unit: '×' as const,
        bound: { atLeast: 1 },
      },
      {
        name: 'CPU for one token / that of oidc-provider in memory, 64 connections',
        value: cost('ours', 64, 'cpu') / cost('bare', 64, 'cpu'),
        unit: '×' as const,
        bound: { atMost: 1 },
      },
    ]
    return { costs, goals }
  },
}
