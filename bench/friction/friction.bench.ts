/** What friction costs: one decision, what it adds to a call, and what it keeps of a hundred thousand clients. */
import { setImmediate } from 'node:timers/promises'
import { createFriction } from '@countersign/friction'
import type { Goal } from '../goal.ts'
import { createBareVerify, createGuardContestant } from '../guard/contend.ts'
import { type Contestant, interleave } from '../interleave.ts'
import type { Benchmark } from '../run.ts'

const rounds = 200
const warmUp = 20
const batch = 64
/** So many in one, where one is too short to be measured. */
const many = 100
const clients = 100_000

const bareVerify = 'one bare ES256 verify'
const deciding = `${many} × one decision, each of another client`
const without = 'guard without signatures'
const withFriction = 'the same, with friction'

const named = (index: number) => `https://auth.example agent-${index}`

function createDeciding(): Contestant {
  const friction = createFriction({ tools: { delete_note: {} } })
  const names = Array.from({ length: 1000 }, (_, index) => named(index))
  return {
    name: deciding,
    async run(count) {
      for (let index = 0; index < count * many; index++) {
        // Mostly something else, as honest clients do.
        const tool = index % 40 === 0 ? 'delete_note' : 'read_notes'
        const decided = friction.decide({ client: names[index % names.length] ?? '', tool })
        if ('then' in decided) throw new Error('the state in memory answers at once')
      }
    },
  }
}

/** Octets for each client with one tool. */
async function measureClients(): Promise<number> {
  const friction = createFriction({ tools: { delete_note: {} } })
  const before = await usedBytes()
  for (let index = 0; index < clients; index++) await friction.decide({ client: named(index), tool: 'delete_note' })
  const after = await usedBytes()
  await friction.decide({ client: named(0), tool: 'delete_note' })
  return (after - before) / clients
}

async function usedBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc?.()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function prepare(): Promise<readonly Contestant[]> {
  // A tool that everybody may lean on, so that all calls are let through.
  const tools = { read_notes: { scopes: ['notes:read'], friction: { target: 0.99 } } }
  const friction = { budget: { capacity: 1_000_000, refill: 1_000_000 }, tuning: { deadZone: 0.5 } }
  return [
    createBareVerify(bareVerify),
    createDeciding(),
    await createGuardContestant(without, {}),
    await createGuardContestant(withFriction, { tools, friction }),
  ]
}

export const frictionBenchmark: Benchmark = {
  name: 'friction',
  summary: 'friction of tools: CPU time of all threads, 64 at once, state in memory',
  async run(onProgress) {
    const costs = await interleave(await prepare(), { rounds, batch, warmUp, onRound: onProgress })
    const cost = (name: string) => costs.get(name) ?? Number.NaN
    const bare = cost(bareVerify)
    const goals: Goal[] = [
      {
        name: 'one decision / one bare verify',
        value: cost(deciding) / many / bare,
        unit: '×',
        bound: { atMost: 0.02 },
      },
      {
        name: 'what friction adds to a call / one bare verify',
        value: (cost(withFriction) - cost(without)) / bare,
        unit: '×',
        bound: { atMost: 0.05 },
      },
      {
        name: `${clients.toLocaleString('en')} clients with one tool each`,
        value: ((await measureClients()) * clients) / 1e6,
        unit: 'MB',
        bound: { atMost: 100 },
      },
    ]
    return { costs, goals }
  },
}
