import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { capture, createProcesses, send } from '../testing/processes.test-fixture.ts'
import type { SceneOptions } from '../testing/scene.test-fixture.ts'
import { createWeakenedGuard } from './weakened-guard.ts'

beforeEach(() => vi.stubEnv('COUNTERSIGN_UNSAFE', '1'))
afterEach(() => vi.unstubAllEnvs())

const local = { resource: 'http://127.0.0.1:3000/mcp', issuedBy: 'http://127.0.0.1:4000' }
const weak: SceneOptions = { ...local, create: (options) => createWeakenedGuard(options, ['local_fallback']) }

/** A call that was let through while all was well, and is sent again to each process once the store is down. */
async function replayAfterCrash(options: SceneOptions): Promise<readonly string[]> {
  const { scene, one, other, nonceOf } = await createProcesses(options)
  const captured = await capture(scene, await nonceOf(one))
  const answers = [await send(one, captured)]
  for (const process of [one, other]) {
    process.ledger.setHealth('unhealthy')
    answers.push(await send(process, captured))
  }
  return answers
}

describe('a replay after somebody has killed the store', () => {
  it('gets in at every process where each falls back on its own memory', async () => {
    expect(await replayAfterCrash(weak)).toEqual(['allowed', 'allowed', 'allowed'])
  })

  it('gets in nowhere without that, with affinity or not', async () => {
    expect(await replayAfterCrash(local)).toEqual(['allowed', 'ledger_unavailable down', 'ledger_unavailable down'])
    const answers = await replayAfterCrash({ ...local, affinity: 'process' })
    expect(answers).toEqual(['allowed', 'use_dpop_nonce store', 'use_dpop_nonce store'])
  })

  it('is refused by a process that falls back only when that process has seen it since', async () => {
    const { scene, one, nonceOf } = await createProcesses(weak)
    const captured = await capture(scene, await nonceOf(one))
    one.ledger.setHealth('unhealthy')
    expect([await send(one, captured), await send(one, captured)]).toEqual(['allowed', 'replay_detected'])
    one.ledger.setHealth('healthy')
    expect(await send(one, captured)).toBe('allowed')
  })
})

describe('a weakened guard on a shared store', () => {
  it('serves, also where proofs are read as lenient decoders do', async () => {
    const create: SceneOptions['create'] = (options) => createWeakenedGuard(options, ['single_use_by_bytes'])
    const { scene, one, nonceOf } = await createProcesses({ ...local, create })
    expect(await send(one, await capture(scene, await nonceOf(one)))).toBe('allowed')
  })
})
