/** X1: one capability, used on many connections at once, through several processes that share one store. */
import {
  type Answer,
  createAgentKey,
  delegateTo,
  eachByItself,
  entryFor,
  type Holder,
  modernHeaders,
  obtainCapabilities,
  obtainNonce,
  type Sending,
  send,
  signProof,
  tokensOf,
  toolCall,
} from '@countersign/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'
import { type GuardedProcesses, startGuardedProcesses } from '../support/guarded-processes.ts'

const processes = 4
const connections = 1_000
const uses = 10

const body = toolCall('write_note', { text: 'counted' })

const capabilities = { write_note: { ...eachByItself.write_note, uses } }
const deployment = useDeployment({ capabilities })

/** Starts the processes before the tests of a block, and ends them after those. */
function useProcesses(ledger: 'shared' | 'own'): () => GuardedProcesses {
  let servers: GuardedProcesses | undefined
  beforeAll(async () => {
    servers = await startGuardedProcesses(deployment(), { count: processes, ledger, capabilities })
  }, 60_000)
  afterAll(() => servers?.close())
  return () => {
    if (servers === undefined) throw new Error('the processes have not started')
    return servers
  }
}

/** One proven call, with a proof of its own. */
interface Prepared {
  readonly endpoint: string
  readonly call: Sending
}

/** Turn about, each holder at each of the processes. */
async function prepareCalls(holders: readonly Holder[], { all }: GuardedProcesses): Promise<readonly Prepared[]> {
  const endpoints = await Promise.all(
    all.map(async ({ endpoint }) => ({ endpoint, nonce: await obtainNonce(endpoint) })),
  )
  const prepare = async (
    { token, key }: Holder,
    { endpoint, nonce }: (typeof endpoints)[number],
  ): Promise<Prepared> => {
    const dpop = await signProof(key, { url: endpoint, token, nonce, content: body })
    return { endpoint, call: { headers: { ...modernHeaders(body), authorization: `DPoP ${token}`, dpop }, body } }
  }
  const pairs = endpoints.flatMap((endpoint) => holders.map((holder) => ({ holder, endpoint })))
  const rounds = Array.from({ length: connections / pairs.length }, () => pairs)
  return Promise.all(rounds.flat().map(({ holder, endpoint }) => prepare(holder, endpoint)))
}

interface Outcome {
  readonly answers: readonly Answer[]
  /** How often the tool has run in all, by what it has left behind. */
  readonly runs: number
}

async function obtainOne(): Promise<Holder> {
  return obtainCapabilities(deployment(), [entryFor(deployment(), 'write_note', { text: 'counted' }, { uses })])
}

/** What somebody else was given of it: a copy with a count of its own under the first one's. */
async function delegate(holder: Holder): Promise<Holder> {
  const key = await createAgentKey()
  return { key, token: tokensOf(await delegateTo(deployment(), holder, { key })).access }
}

async function callAtOnce(servers: GuardedProcesses, holders: readonly Holder[]): Promise<Outcome> {
  const calls = await prepareCalls(holders, servers)
  const answers = await Promise.all(calls.map(({ endpoint, call }) => send(endpoint, call)))
  const counts = await Promise.all(servers.all.map((server) => server.countRuns()))
  return { answers, runs: counts.reduce((sum, count) => sum + count, 0) }
}

const allowed = ({ answers }: Outcome) => answers.filter(({ status }) => status === 200).length

describe(`X1: a capability for ${uses} calls, on ${connections} connections to ${processes} processes at once`, () => {
  describe('that count each for itself', () => {
    const servers = useProcesses('own')
    it('lands: the tool runs as often in each of them', { timeout: 60_000 }, async () => {
      const outcome = await callAtOnce(servers(), [await obtainOne()])
      expect([outcome.runs, allowed(outcome)]).toEqual([processes * uses, processes * uses])
    })
  })

  describe('that share one store', () => {
    const servers = useProcesses('shared')
    let runs = 0
    const expectUses = async (holders: readonly Holder[]) => {
      const outcome = await callAtOnce(servers(), holders)
      expect([outcome.runs, allowed(outcome)]).toEqual([runs + uses, uses])
      runs = outcome.runs
      const refused = outcome.answers.filter(({ status }) => status !== 200)
      const refusals = new Set(refused.map(({ status, code }) => `${status} ${code}`))
      expect(refusals).toEqual(new Set(['403 capability_exhausted']))
    }

    it('is stopped: the tool runs exactly that often, in each of 3 rounds', { timeout: 120_000 }, async () => {
      for (let round = 0; round < 3; round++) await expectUses([await obtainOne()])
    })

    it('is stopped also where half of the calls are made with a copy that was passed on', {
      timeout: 60_000,
    }, async () => {
      const holder = await obtainOne()
      await expectUses([holder, await delegate(holder)])
    })

    it('is stopped also where all of them are killed while they count, and start again', {
      timeout: 60_000,
    }, async () => {
      const holder = await obtainOne()
      const calls = await prepareCalls([holder], servers())
      const answers = calls.map(({ endpoint, call }) => send(endpoint, call))
      // Connections that were not let in yet find out only in seconds that nobody listens there any more.
      void Promise.allSettled(answers)
      await Promise.any(answers)
      await servers().restart()
      // A use that was spent when its process died is gone, so there may be fewer.
      const outcome = await callAtOnce(servers(), [holder])
      expect(outcome.runs).toBeGreaterThan(runs)
      expect(outcome.runs).toBeLessThanOrEqual(runs + uses)
      runs = outcome.runs
      expect(await callAtOnce(servers(), [holder])).toMatchObject({ runs })
    })
  })
})
