import { describe, expect, it } from 'vitest'
import { createCapabilityOptions, grantCapability } from '../testing/capability.test-fixture.ts'
import { deleteWith } from '../testing/capability-refusals.test-fixture.ts'
import { start } from '../testing/issuer.test-fixture.ts'
import { capture, createProcesses, decide, type Processes, send } from '../testing/processes.test-fixture.ts'
import { type SceneOptions, toolCall } from '../testing/scene.test-fixture.ts'
import { readWebRequest } from '../web-request.ts'

const withAffinity = (options: SceneOptions = {}) => createProcesses({ affinity: 'process', ...options })

/** The store is gone for all. */
function takeDown({ one, other }: Processes): void {
  for (const { ledger } of [one, other]) ledger.setHealth('unhealthy')
}

function bringBack({ one, other }: Processes): void {
  for (const { ledger } of [one, other]) ledger.setHealth('healthy')
}

describe('while the store answers', () => {
  it('a proof is good for one call at any process, with its nonce and without one', async () => {
    for (const needsNonce of [true, false]) {
      const all = await withAffinity()
      const captured = await capture(all.scene, needsNonce ? await all.nonceOf(all.one) : undefined)
      expect(await send(all.other, captured)).toBe('allowed')
      for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('replay_detected')
    }
  })

  it('a capability is good for its uses, also of a token that is bound to nothing', async () => {
    const all = await withAffinity({ ...createCapabilityOptions(), bearer: 'allowed' })
    const held = [grantCapability()]
    const token = await all.scene.token({ authorization_details: held, cnf: undefined })
    const parts = { token, proof: null, headers: { authorization: `Bearer ${token}` } }
    expect(await send(all.one, await deleteWith(all.scene, held, parts))).toBe('allowed')
    expect(await send(all.other, await deleteWith(all.scene, held, parts))).toBe('capability_exhausted')
  })

  it('the nonce of one process is that of the other, and is the store’s', async () => {
    const { one, other, nonceOf } = await withAffinity()
    expect(await nonceOf(one)).toBe(await nonceOf(other))
    expect(await nonceOf(one)).toHaveLength(32)
  })
})

describe('without affinity', () => {
  it('calls get 503 while the store is down, at once and with no nonce, and go on when it is back', async () => {
    const all = await createProcesses()
    takeDown(all)
    for (const nonce of [await all.nonceOf(all.one), undefined]) {
      const answer = await decide(all.one, await capture(all.scene, nonce))
      expect(answer).toMatchObject({ rejection: { code: 'ledger_unavailable', reason: 'down' } })
    }
    bringBack(all)
    expect(await send(all.one, await capture(all.scene, await all.nonceOf(all.one)))).toBe('allowed')
  })

  it('a call whose reply is lost gets 503 too, and its proof is used', async () => {
    const all = await createProcesses()
    const captured = await capture(all.scene, undefined)
    all.one.ledger.losesReplies = true
    expect(await send(all.one, captured)).toBe('ledger_unavailable timeout')
    all.one.ledger.losesReplies = false
    for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('replay_detected')
  })
})

describe('with affinity', () => {
  it('a proof that the store cannot be asked about is answered with a nonce of this process', async () => {
    const all = await withAffinity()
    const nonces = [await all.nonceOf(all.one), undefined]
    takeDown(all)
    for (const nonce of nonces) {
      const answer = await decide(all.one, await capture(all.scene, nonce))
      expect(answer).toMatchObject({ rejection: { code: 'use_dpop_nonce', reason: 'store' } })
      expect(answer.nonce).toBe(await all.nonceOf(all.one))
      expect(answer.nonce).toHaveLength(43)
    }
  })

  it('so is one whose very call found out that the store is down', async () => {
    const all = await withAffinity()
    all.one.ledger.losesReplies = true
    const { nonce } = await decide(all.one, await capture(all.scene, await all.nonceOf(all.one)))
    expect(nonce).toHaveLength(43)
    expect(await all.nonceOf(all.one)).toHaveLength(32)
    // Good at its owner, which is better given the store's.
    const answer = await decide(all.one, await capture(all.scene, nonce))
    expect(answer).toMatchObject({ allowed: true, nonce: await all.nonceOf(all.one) })
  })

  it('calls go on with it, one each, and it is told', async () => {
    const all = await withAffinity()
    takeDown(all)
    const captured = await capture(all.scene, await all.nonceOf(all.one))
    expect(await decide(all.one, captured)).toMatchObject({ allowed: true })
    expect(await send(all.one, captured)).toBe('replay_detected')
    expect(all.one.events.filter(({ type }) => type === 'degraded_use')).toEqual([
      { type: 'degraded_use', clientId: 'agent-1', tools: ['read_notes'] },
    ])
  })

  it('what it was used for at its owner is good nowhere else, down or not, nor when all is well again', async () => {
    const all = await withAffinity()
    takeDown(all)
    const captured = await capture(all.scene, await all.nonceOf(all.one))
    expect(await send(all.one, captured)).toBe('allowed')
    expect(await send(all.other, captured)).toBe('ledger_unavailable nonce_of_another_process')
    all.other.ledger.setHealth('degraded')
    expect(await send(all.other, captured)).toBe('use_dpop_nonce nonce_of_another_process')
    bringBack(all)
    expect(await send(all.other, captured)).toBe('use_dpop_nonce nonce_of_another_process')
    expect(await send(all.one, captured)).toBe('replay_detected')
  })

  it('is spent in the memory of the owner alone, also when the store is back', async () => {
    const all = await withAffinity()
    takeDown(all)
    const nonce = await all.nonceOf(all.one)
    bringBack(all)
    const captured = await capture(all.scene, nonce)
    const answer = await decide(all.one, captured)
    expect(answer).toMatchObject({ allowed: true, nonce: await all.nonceOf(all.one) })
    expect(await send(all.one, captured)).toBe('replay_detected')
    expect(all.store.counts.size).toBe(0)
    expect(all.one.events.filter(({ type }) => type === 'degraded_use')).toEqual([])
  })

  it('a proof that was used in the store before is good for nothing while that is down', async () => {
    const all = await withAffinity()
    const captured = await capture(all.scene, await all.nonceOf(all.one))
    expect(await send(all.one, captured)).toBe('allowed')
    takeDown(all)
    for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('use_dpop_nonce store')
    bringBack(all)
    for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('replay_detected')
  })

  it('refused calls are spent at the owner too', async () => {
    const all = await withAffinity()
    takeDown(all)
    const captured = await capture(all.scene, await all.nonceOf(all.one), { body: toolCall('write_note') })
    expect(await send(all.one, captured)).toBe('insufficient_scope')
    expect(await send(all.one, captured)).toBe('replay_detected')
  })

  it('a process whose clock differs from the store’s serves nobody', async () => {
    const all = await withAffinity()
    takeDown(all)
    const nonce = await all.nonceOf(all.one)
    const own = await capture(all.scene, nonce)
    all.one.ledger.setHealth('unhealthy', 'clock')
    expect(await send(all.one, own)).toBe('ledger_unavailable clock')
    expect(await send(all.one, await capture(all.scene, undefined))).toBe('ledger_unavailable clock')
  })
})

describe('a call that has to be spent in the store', () => {
  const tools = { read_notes: { scopes: ['notes:read'], withoutLedger: 'refuse' } } as const

  it('gets 503 where its tool says so, whatever its nonce', async () => {
    const all = await withAffinity({ tools })
    const nonces = [await all.nonceOf(all.one), undefined]
    takeDown(all)
    for (const nonce of [...nonces, await all.nonceOf(all.one)]) {
      expect(await send(all.one, await capture(all.scene, nonce))).toBe('ledger_unavailable down')
    }
  })

  it('is asked for the store’s nonce once that is back', async () => {
    const all = await withAffinity({ tools })
    takeDown(all)
    const nonce = await all.nonceOf(all.one)
    bringBack(all)
    const answer = await decide(all.one, await capture(all.scene, nonce))
    expect(answer).toMatchObject({ rejection: { code: 'use_dpop_nonce', reason: 'nonce_of_this_process' } })
    expect(await send(all.one, await capture(all.scene, answer.nonce))).toBe('allowed')
  })

  it('gets 503 where it takes a use of a capability, and has taken none', async () => {
    const all = await withAffinity(createCapabilityOptions())
    const held = [grantCapability()]
    const token = await all.scene.token({ authorization_details: held })
    const call = (nonce: string | undefined) => deleteWith(all.scene, held, { token, proof: { nonce } })
    takeDown(all)
    const own = await all.nonceOf(all.one)
    expect(await send(all.one, await call(undefined))).toBe('ledger_unavailable down')
    expect(await send(all.one, await call(own))).toBe('ledger_unavailable down')
    bringBack(all)
    // The proof in the memory of its owner, the use in the store; the second has none left.
    const captured = await call(own)
    expect(await send(all.one, captured)).toBe('allowed')
    expect(await send(all.one, captured)).toBe('replay_detected')
    expect(await send(all.one, await call(own))).toBe('capability_exhausted')
    expect([...all.store.counts.values()]).toEqual([1])
  })
})

describe('a store that has lost its memory', () => {
  it('knows no nonce of before, and an honest client goes on at once with a new one', async () => {
    const all = await withAffinity()
    const nonce = await all.nonceOf(all.one)
    const captured = await capture(all.scene, nonce)
    expect(await send(all.one, captured)).toBe('allowed')
    all.store.loseMemory(start + 15)
    for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('use_dpop_nonce nonce')
    const answer = await decide(all.one, await capture(all.scene, nonce))
    const next = await capture(all.scene, answer.nonce)
    expect(await send(all.other, next)).toBe('allowed')
    expect(await send(all.one, next)).toBe('replay_detected')
  })

  it('takes no proof without a nonce that could have been used before', async () => {
    const all = await createProcesses()
    const captured = await capture(all.scene, undefined)
    expect(await send(all.one, captured)).toBe('allowed')
    all.store.loseMemory(start + 5)
    for (const process of [all.one, all.other]) expect(await send(process, captured)).toBe('use_dpop_nonce epoch')
    all.scene.now = start + 20
    expect(await send(all.one, captured)).toBe('use_dpop_nonce epoch')
    expect(await send(all.one, await capture(all.scene, undefined))).toBe('allowed')
  })

  it('takes proofs that are spent at their owner all the same', async () => {
    const all = await withAffinity()
    takeDown(all)
    const nonce = await all.nonceOf(all.one)
    bringBack(all)
    all.store.loseMemory(start)
    const captured = await capture(all.scene, nonce)
    expect(await send(all.one, captured)).toBe('allowed')
    expect(await send(all.one, captured)).toBe('replay_detected')
  })

  it('takes no proof that was judged before and came to be spent after', async () => {
    const all = await createProcesses()
    const incoming = readWebRequest(await capture(all.scene, await all.nonceOf(all.one)))
    const decision = await all.one.guard.decide({
      ...incoming,
      content(...bounds) {
        all.store.loseMemory(start)
        return incoming.content(...bounds)
      },
    })
    expect(decision).toMatchObject({ rejection: { code: 'use_dpop_nonce', reason: 'epoch' } })
    expect(all.one.ledger.asked).toEqual([])
  })
})
