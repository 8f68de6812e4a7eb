import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { capture, createProcesses, type Processes, send, type TestProcess } from '../testing/processes.test-fixture.ts'
import type { SceneOptions } from '../testing/scene.test-fixture.ts'
import { createWeakenedGuard } from '../unsafe/weakened-guard.ts'

beforeEach(() => {
  vi.stubEnv('COUNTERSIGN_UNSAFE', '1')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

const which = fc.boolean()
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('call'), at: which, ofOther: which, withNonce: which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('replay'), at: which, which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('down'), at: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('up'), at: which, fully: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose_replies'), at: which, loses: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose_memory') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 40 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never

/** What a run has seen: every call that ever went over the wire, and how often it was let through. */
interface Captured {
  readonly request: Request
  allowed: number
}

async function take(one: Step, all: Processes, captured: Captured[]): Promise<void> {
  const process: TestProcess = 'at' in one && one.at ? all.other : all.one
  const deliver = async (call: Captured) => {
    if ((await send(process, call.request)) === 'allowed') call.allowed += 1
  }
  if ('withNonce' in one) {
    const nonce = one.withNonce ? await all.nonceOf(one.ofOther ? all.other : all.one) : undefined
    const call = { request: await capture(all.scene, nonce), allowed: 0 }
    captured.push(call)
    await deliver(call)
  } else if ('which' in one) {
    const call = captured[one.which % Math.max(captured.length, 1)]
    if (call !== undefined) await deliver(call)
  } else if ('fully' in one) process.ledger.setHealth(one.fully ? 'healthy' : 'degraded')
  else if ('loses' in one) process.ledger.losesReplies = one.loses
  else if ('seconds' in one) {
    all.scene.now += one.seconds
    await vi.advanceTimersByTimeAsync(one.seconds * 1000)
  } else if (one.do === 'down') process.ledger.setHealth('unhealthy')
  else all.store.loseMemory(all.scene.now + 5)
}

/** The most that one proof was good for, in all that happened. */
async function mostUses(steps: readonly Step[], options: SceneOptions): Promise<number> {
  const all = await createProcesses(options)
  const captured: Captured[] = []
  for (const one of steps) await take(one, all, captured)
  return Math.max(0, ...captured.map(({ allowed }) => allowed))
}

const local = { resource: 'http://127.0.0.1:3000/mcp', issuedBy: 'http://127.0.0.1:4000' }
const sequences = fc.array(step, { minLength: 5, maxLength: 30 })

describe('whatever becomes of the store, and in whichever order', () => {
  it.each(['process', undefined] as const)('a proof is good for one call, with affinity %s', async (affinity) => {
    const options = affinity === undefined ? {} : { affinity }
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => (await mostUses(steps, options)) <= 1),
      { numRuns: 40 },
    )
  })

  it('is found to be good for more, where each process falls back on its own memory', async () => {
    const weak: SceneOptions = { ...local, create: (options) => createWeakenedGuard(options, ['local_fallback']) }
    const found = await fc.check(
      fc.asyncProperty(sequences, async (steps) => (await mostUses(steps, weak)) <= 1),
      { numRuns: 200, endOnFailure: true },
    )
    expect(found.failed).toBe(true)
  })
})
