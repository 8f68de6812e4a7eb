/** A guard in two processes on a real Redis that stalls, comes back, and loses its memory: no proof is good twice. */
import { systemClock } from '@countersign/core'
import { beginFirstEpoch, createRedisLedger, type RedisLedger } from '@countersign/ledgers/redis'
import { createGuard, type Guard, type GuardOptions } from '@countersign/resource-server'
import { type RedisServer, startRedis } from '@countersign/store-servers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createScene, type Scene } from '../../packages/resource-server/src/testing/scene.test-fixture.ts'

let server: RedisServer
const ledgers: RedisLedger[] = []

beforeAll(async () => {
  server = await startRedis()
  await beginFirstEpoch(server.url)
})
afterAll(() => server.stop())
afterEach(async () => {
  server.signal('SIGCONT')
  for (const ledger of ledgers.splice(0)) await ledger.close()
})

interface Process {
  readonly guard: Guard
  readonly ledger: RedisLedger
}

/** Two of them, that differ in their connections and in what they own. */
async function start(options: Partial<GuardOptions>): Promise<{ scene: Scene; one: Process; other: Process }> {
  const open = async () => {
    // A busy machine is no dead server.
    const ledger = await createRedisLedger(server.url, { timeoutMs: 1000, heartbeatMs: 100 })
    ledgers.push(ledger)
    return ledger
  }
  const [mine, theirs] = [await open(), await open()]
  const guards: Guard[] = []
  const scene = await createScene({
    ...options,
    clock: systemClock,
    create(given) {
      for (const ledger of [mine, theirs]) guards.push(createGuard({ ...given, ledger }))
      return guards[0] ?? createGuard(given)
    },
  })
  scene.now = systemClock()
  const [one, other] = guards
  if (one === undefined || other === undefined) throw new Error('a process is missing')
  return { scene, one: { guard: one, ledger: mine }, other: { guard: other, ledger: theirs } }
}

/** A call that can be sent any number of times. */
const capture = (scene: Scene, nonce: string | undefined) => scene.request({ proof: { nonce } })

interface Outcome {
  readonly answer: string
  readonly nonce: string | undefined
}

async function send({ guard }: Process, captured: Request): Promise<Outcome> {
  const answer = await guard.check(captured.clone())
  if (!(answer instanceof Response)) return { answer: 'allowed', nonce: undefined }
  const { code } = (await answer.json()) as { code: string }
  return { answer: code, nonce: answer.headers.get('dpop-nonce') ?? undefined }
}

/** What an honest client does: it sends the call again, once, with the nonce that it was given. */
async function call(scene: Scene, process: Process, nonce?: string): Promise<{ captured: Request; answer: string }> {
  const first = await capture(scene, nonce)
  const outcome = await send(process, first)
  if (outcome.answer !== 'use_dpop_nonce') return { captured: first, answer: outcome.answer }
  const captured = await capture(scene, outcome.nonce)
  return { captured, answer: (await send(process, captured)).answer }
}

const becomes = (health: string, ...processes: readonly Process[]) =>
  expect
    .poll(() => processes.map(({ ledger }) => ledger.store.health), { timeout: 10_000 })
    .toEqual(processes.map(() => health))

describe('two processes on one Redis', () => {
  it('with affinity: calls go on while it stalls, and each proof stays good for one call at one process', async () => {
    const { scene, one, other } = await start({ affinity: 'process' })
    const before = await call(scene, one)
    expect(before.answer).toBe('allowed')

    server.signal('SIGSTOP')
    await becomes('unhealthy', one, other)
    const during = await call(scene, one, await scene.nonce())
    expect(during.answer).toBe('allowed')
    expect((await send(one, before.captured)).answer).toBe('use_dpop_nonce')
    expect((await send(other, before.captured)).answer).toBe('use_dpop_nonce')
    expect((await send(one, during.captured)).answer).toBe('replay_detected')
    expect((await send(other, during.captured)).answer).toBe('ledger_unavailable')

    server.signal('SIGCONT')
    await becomes('healthy', one, other)
    for (const process of [one, other]) expect((await send(process, before.captured)).answer).toBe('replay_detected')
    expect((await send(one, during.captured)).answer).toBe('replay_detected')
    expect((await send(other, during.captured)).answer).toBe('use_dpop_nonce')
    expect((await call(scene, other)).answer).toBe('allowed')
  })

  it('without affinity: calls get 503 while it stalls, and their proofs are used up when it is back', async () => {
    const { scene, one, other } = await start({})
    const held = await server.command('DBSIZE')
    server.signal('SIGSTOP')
    await becomes('unhealthy', one)
    const refused = await capture(scene, await scene.nonce())
    expect((await send(one, refused)).answer).toBe('ledger_unavailable')
    server.signal('SIGCONT')
    await becomes('healthy', one, other)
    await expect.poll(() => server.command('DBSIZE'), { timeout: 5000 }).not.toBe(held)
    expect((await send(other, refused)).answer).toBe('replay_detected')
  })

  it('after it was started anew, empty: nothing of before is accepted, and an honest client goes on at once', async () => {
    const { scene, one, other } = await start({ affinity: 'process' })
    const { captured } = await call(scene, one)
    const withoutNonce = await capture(scene, undefined)
    expect((await send(one, withoutNonce)).answer).toBe('allowed')
    await server.restart()
    await becomes('healthy', one, other)
    await expect.poll(() => one.ledger.store.epoch.notBefore).toBeGreaterThan(0)
    for (const process of [one, other]) {
      expect((await send(process, captured)).answer).toBe('use_dpop_nonce')
      expect((await send(process, withoutNonce)).answer).toBe('use_dpop_nonce')
      expect((await call(scene, process)).answer).toBe('allowed')
    }
  })
})
