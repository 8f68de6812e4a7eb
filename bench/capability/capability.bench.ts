/** What capabilities cost: matching one, and what it adds to a call. */
import { randomBytes } from 'node:crypto'
import {
  compileCapability,
  completeCapabilityRequirement,
  matchCapability,
  parseCapability,
} from '@countersign/capability'
import type { Goal } from '../goal.ts'
import { createBareVerify, createGuardContestant } from '../guard/contend.ts'
import { resource } from '../guard/fixture.ts'
import { type Contestant, interleave } from '../interleave.ts'
import type { Benchmark } from '../run.ts'

const rounds = 200
const warmUp = 20
const batch = 64
/** So many in one, where one is too short to be measured. */
const many = 100

const bareVerify = 'one bare ES256 verify'
const matching = `${many} × 10 constraints matched`
const byScope = 'guard without signatures, by scope'
const byCapability = 'the same, by capability'

/** One constraint of each kind, and two more. */
const constraints = {
  '/note_id': { equals: 42 },
  '/folder': { one_of: ['inbox', 'archive', 'trash'] },
  '/title': { prefix: 'draft-' },
  '/name': { pattern: '[a-z]+\\.txt' },
  '/limit': { range: { min: 1, max: 50, integer: true } },
  '/tags': { subset_of: ['a', 'b', 'c', 'd'] },
  '/path': { within_path: '/home/ann/notes' },
  '/url': { url_host: ['api.example', 'www.example'] },
  '/options/deep': { equals: false },
  '/options/mode': { one_of: ['soft', 'hard'] },
} as const

const args = {
  note_id: 42,
  folder: 'archive',
  title: 'draft-of-a-letter',
  name: 'letter.txt',
  limit: 10,
  tags: ['a', 'c'],
  path: '/home/ann/notes/2026/letter.txt',
  url: 'https://api.example/v1/notes?limit=10',
  options: { deep: false, mode: 'soft' },
}

function describeEntry(tool: string, constrained: object) {
  const now = Math.floor(Date.now() / 1000)
  return {
    type: 'mcp_tool',
    id: randomBytes(16).toString('base64url'),
    locations: [resource],
    tool,
    arguments: constrained,
    uses: 1000,
    expires: now + 3600,
  }
}

function createMatching(): Contestant {
  const parsed = parseCapability(describeEntry('send_note', constraints), 'token')
  if (!parsed.ok) throw new Error(parsed.reason)
  const compiled = compileCapability(parsed.value)
  const requirement = completeCapabilityRequirement({ object: '/note_id' })
  const now = Math.floor(Date.now() / 1000)
  return {
    name: matching,
    run(count) {
      for (let index = 0; index < count * many; index++) {
        // Another address each time: what was read once must not be remembered.
        const call = { resource, tool: 'send_note', now, arguments: { ...args, url: `${args.url}&page=${index}` } }
        const matched = matchCapability(compiled, call, requirement)
        if (!matched.ok) throw new Error(matched.reason)
      }
    },
  }
}

async function prepare(): Promise<readonly Contestant[]> {
  const authorization_details = [describeEntry('read_notes', { '/limit': { equals: 10 } })]
  const tools = { read_notes: { capability: { object: '/limit' } } }
  return [
    createBareVerify(bareVerify),
    createMatching(),
    await createGuardContestant(byScope, {}),
    await createGuardContestant(byCapability, { tools }, { authorization_details }),
  ]
}

export const capabilityBenchmark: Benchmark = {
  name: 'capability',
  summary: 'capabilities: CPU time of all threads, 64 at once',
  async run(onProgress) {
    const costs = await interleave(await prepare(), { rounds, batch, warmUp, onRound: onProgress })
    const cost = (name: string) => costs.get(name) ?? Number.NaN
    const bare = cost(bareVerify)
    const goals: Goal[] = [
      {
        name: '10 constraints matched / one bare verify',
        value: cost(matching) / many / bare,
        unit: '×',
        bound: { atMost: 0.1 },
      },
      {
        name: 'what a capability adds to a call / one bare verify',
        value: (cost(byCapability) - cost(byScope)) / bare,
        unit: '×',
        bound: { atMost: 0.1 },
      },
    ]
    return { costs, goals }
  },
}
