import { createMemoryLedger, type Ledger } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import type { Decision } from './decision.ts'
import type { GuardOptions } from './guard-options.ts'
import { start } from './testing/issuer.test-fixture.ts'
import { createScene, type RequestParts, type Scene, toolCall } from './testing/scene.test-fixture.ts'
import { readWebRequest } from './web-request.ts'

const decide = async (scene: Scene, parts?: RequestParts): Promise<Decision> =>
  scene.guard.decide(readWebRequest(await scene.request(parts)))
const refusal = (code: string) => ({ allowed: false, rejection: expect.objectContaining({ code }) })

describe('RFC 9449 §9: the nonce that a server asks for', () => {
  it(`${verifies('RFC9449-9-1', 'RFC9449-4.3-10')} comes with the refusal, and is accepted`, async () => {
    const scene = await createScene()
    const refused = await decide(scene, { proof: { nonce: undefined } })
    expect(refused).toEqual({ ...refusal('use_dpop_nonce'), nonce: expect.any(String) })
    expect(await decide(scene, { proof: { nonce: refused.nonce } })).toMatchObject({ allowed: true })
  })

  it('comes with every 401, so that the next attempt can be the last', async () => {
    const scene = await createScene()
    const nonce = await scene.nonce()
    const attempts: RequestParts[] = [
      { headers: { authorization: null } },
      { headers: { authorization: 'DPoP x' } },
      { proof: null },
      { proof: { nonce: 'invented' } },
      { proof: { content: 'another body' } },
    ]
    for (const attempt of attempts) expect(await decide(scene, attempt)).toMatchObject({ allowed: false, nonce })
  })

  it('does not come with what no nonce would cure', async () => {
    const scene = await createScene()
    const attempts: RequestParts[] = [
      { body: toolCall('write_note') },
      { body: '{' },
      { url: 'https://evil.example/mcp' },
      { headers: { origin: 'https://evil.example' } },
    ]
    for (const attempt of attempts) expect(await decide(scene, attempt)).not.toHaveProperty('nonce')
  })

  it('is of this run: after a restart proofs of the time before are asked for another one', async () => {
    const before = await createScene()
    const after = await createScene()
    const nonce = await before.nonce()
    expect(await decide(after, { proof: { nonce } })).toEqual({
      ...refusal('use_dpop_nonce'),
      nonce: await after.nonce(),
    })
  })
})

describe('RFC 9449 §8.2: a newer nonce', () => {
  it(`${verifies('RFC9449-8.2-1')} comes with success when the proof's is not the current one`, async () => {
    const scene = await createScene()
    const nonce = await scene.nonce()
    expect(await decide(scene)).not.toHaveProperty('nonce')
    scene.now += 30
    const newer = await scene.nonce()
    expect(newer).not.toBe(nonce)
    expect(await decide(scene, { proof: { nonce } })).toMatchObject({ allowed: true, nonce: newer })
    expect(await decide(scene, { proof: { nonce: newer } })).not.toHaveProperty('nonce')
  })

  it('comes also with a 403 of such a proof', async () => {
    const scene = await createScene()
    const nonce = await scene.nonce()
    scene.now += 30
    const answer = await decide(scene, { proof: { nonce }, body: toolCall('write_note') })
    expect(answer).toEqual({ ...refusal('insufficient_scope'), nonce: await scene.nonce() })
  })

  it('has to be used once the old one has run out', async () => {
    const scene = await createScene()
    const nonce = await scene.nonce()
    scene.now = start + 119
    expect(await decide(scene, { proof: { nonce } })).toMatchObject({ allowed: true })
    scene.now = start + 120
    expect(await decide(scene, { proof: { nonce } })).toEqual({
      ...refusal('use_dpop_nonce'),
      nonce: await scene.nonce(),
    })
  })

  it('heals a client whose clock is wrong by minutes', async () => {
    const scene = await createScene()
    for (const now of [start - 600, start + 600]) {
      expect(await decide(scene, { proof: { now } })).toMatchObject({ allowed: true })
    }
  })
})

describe('RFC 9449 §11.1: without a nonce, where the ledger outlives the process', () => {
  const memory = createMemoryLedger({ clock: () => start })
  const durable: Ledger = { lifetime: 'durable', spend: (spends) => memory.spend(spends) }
  const optional: Partial<GuardOptions> = { ledger: durable, proofs: { nonce: 'optional' } }

  it(`${verifies('RFC9449-4.3-11')} a proof is good from 60 s after it was made to 10 s before, and no nonce is missed`, async () => {
    const scene = await createScene(optional)
    for (const now of [start - 60, start, start + 10]) {
      const answer = await decide(scene, { proof: { nonce: undefined, now } })
      expect(answer).toMatchObject({ allowed: true, nonce: await scene.nonce() })
    }
    for (const now of [start - 61, start + 11]) {
      const answer = await decide(scene, { proof: { nonce: undefined, now } })
      expect(answer).toEqual({ ...refusal('use_dpop_nonce'), nonce: await scene.nonce() })
    }
  })

  it('a nonce can be required all the same', async () => {
    const scene = await createScene({ ...optional, proofs: { nonce: 'required' } })
    expect(await decide(scene, { proof: { nonce: undefined } })).toEqual({
      ...refusal('use_dpop_nonce'),
      nonce: expect.any(String),
    })
  })
})
