/** X1 past one machine: one proof, one capability, on many connections to processes that share a store which is a server. */
import {
  type Answer,
  eachByItself,
  entryFor,
  modernHeaders,
  obtainCapabilities,
  obtainNonce,
  obtainToken,
  type Sending,
  send,
  signProof,
  toolCall,
} from '@countersign/lab'
import { beginFirstEpoch } from '@countersign/ledgers/redis'
import { startPostgres, startRedis, startRedisCluster } from '@countersign/store-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'
import { type GuardedProcesses, startGuardedProcesses } from '../support/guarded-processes.ts'

const processes = 4
const connections = 200
const rounds = 5
const uses = 10
/** What all processes are reached at, for all that their clients know. */
const publicEndpoint = 'http://127.0.0.1:7999/mcp'

const capabilities = { write_note: { ...eachByItself.write_note, uses } }
const deployment = useDeployment({ capabilities })

interface Store {
  readonly url: string
  stop(): Promise<void>
}

async function withFirstEpoch<T extends Store>(store: T): Promise<T> {
  await beginFirstEpoch(store.url)
  return store
}

const stores: Readonly<Record<string, () => Promise<Store>>> = {
  Redis: async () => withFirstEpoch(await startRedis()),
  'Redis Cluster': async () => withFirstEpoch(await startRedisCluster()),
  Postgres: () => startPostgres(),
}

/** Starts the processes before the tests of a block, and ends them after those. */
function useProcesses(start: () => Promise<Store | 'own'>): () => GuardedProcesses {
  let store: Store | 'own' | undefined
  let servers: GuardedProcesses | undefined
  beforeAll(async () => {
    store = await start()
    const ledger = store === 'own' ? store : { url: store.url }
    servers = await startGuardedProcesses(deployment(), { count: processes, ledger, capabilities, publicEndpoint })
  }, 60_000)
  afterAll(async () => {
    await servers?.close()
    if (typeof store === 'object') await store.stop()
  }, 30_000)
  return () => {
    if (servers === undefined) throw new Error('the processes have not started')
    return servers
  }
}

/** One call that is good at any of them, once. */
async function captureCall(servers: GuardedProcesses): Promise<Sending> {
  const holder = await obtainToken(deployment(), { scope: 'notes:read' })
  const body = toolCall('read_notes')
  return prove(servers, { ...holder, body })
}

type Provable = Awaited<ReturnType<typeof obtainToken>> & { readonly body: string }

async function prove({ all: [first] }: GuardedProcesses, { token, key, body }: Provable): Promise<Sending> {
  const nonce = await obtainNonce(first?.endpoint ?? '')
  const dpop = await signProof(key, { url: publicEndpoint, token, nonce, content: body })
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body }
}

/** Turn about, to each of the processes. */
function sendToAll(calls: readonly Sending[], { all }: GuardedProcesses): Promise<readonly Answer[]> {
  return Promise.all(calls.map((call, place) => send(all[place % all.length]?.endpoint ?? '', call)))
}

const allowed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length

function codesOfRefused(answers: readonly Answer[]): ReadonlySet<string> {
  return new Set(answers.filter(({ status }) => status !== 200).map(({ status, code }) => `${status} ${code}`))
}

describe(`X1: ${connections} connections to ${processes} processes at once`, () => {
  describe('that spend each for itself', () => {
    const servers = useProcesses(async () => 'own')
    it('land one proof in each of them', async () => {
      const { all } = servers()
      // Of no use to each other: a proof without one is good at all of them.
      const { token, key } = await obtainToken(deployment(), { scope: 'notes:read' })
      const body = toolCall('read_notes')
      const dpop = await signProof(key, { url: publicEndpoint, token, content: body })
      const call = { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body }
      const answers = await sendToAll(
        Array.from({ length: connections }, () => call),
        servers(),
      )
      expect(allowed(answers)).toBe(all.length)
    })
  })

  describe.each(Object.entries(stores))('that share a ledger on %s', (_name, start) => {
    const servers = useProcesses(start)

    it(`land one proof once, in each of ${rounds} rounds`, { timeout: 60_000 }, async () => {
      await untilGood(servers())
      for (let round = 0; round < rounds; round++) {
        const call = await captureCall(servers())
        const answers = await sendToAll(
          Array.from({ length: connections }, () => call),
          servers(),
        )
        expect(allowed(answers)).toBe(1)
        const refused = codesOfRefused(answers)
        expect(refused).toContain('401 replay_detected')
        // On a busy machine the store may not answer some of them in time: refused as well.
        expect([...refused].filter((code) => code !== '503 ledger_unavailable')).toHaveLength(1)
      }
    })

    it(`land a capability for ${uses} calls that often`, { timeout: 60_000 }, async () => {
      const entry = entryFor(deployment(), 'write_note', { text: 'counted' }, { uses })
      const holder = await obtainCapabilities(deployment(), [entry])
      const body = toolCall('write_note', { text: 'counted' })
      const calls = await Promise.all(Array.from({ length: connections }, () => prove(servers(), { ...holder, body })))
      const answers = await sendToAll(calls, servers())
      const runs = await Promise.all(servers().all.map((server) => server.countRuns()))
      expect(runs.reduce((sum, count) => sum + count, 0)).toBe(uses)
      expect(allowed(answers)).toBe(uses)
      expect(codesOfRefused(answers)).toContain('403 capability_exhausted')
    })
  })
})

/** A store without a first epoch refuses for some seconds what may be from before. */
async function untilGood(servers: GuardedProcesses): Promise<void> {
  for (;;) {
    const [answer] = await sendToAll([await captureCall(servers)], servers)
    if (answer?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
