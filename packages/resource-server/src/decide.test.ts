import { createMemoryLedger, createPortableVerifier, type Ledger, type Verifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { signProof } from './testing/agent.test-fixture.ts'
import { start } from './testing/issuer.test-fixture.ts'
import { createScene, type Scene, toolCall } from './testing/scene.test-fixture.ts'

/** The code that a call is refused with, or that it is allowed. */
async function outcome({ guard }: Scene, request: Request): Promise<string> {
  const answer = await guard.check(request)
  if (!(answer instanceof Response)) return 'allowed'
  return ((await answer.json()) as { code: string }).code
}

describe('RFC 9449 §11.1: a proof', () => {
  it(`${verifies('RFC9449-11.1-1')} is good for one call`, async () => {
    const scene = await createScene()
    const request = await scene.request()
    expect(await outcome(scene, request.clone())).toBe('allowed')
    expect(await outcome(scene, request)).toBe('replay_detected')
  })

  it('is spent under issuer, key, resource and jti, once, until nobody accepts it any more', async () => {
    const scene = await createScene()
    await outcome(scene, await scene.request({ proof: { claims: { jti: 'one' } } }))
    await outcome(scene, await scene.request({ proof: { claims: { jti: 'two' } } }))
    expect(scene.spends).toEqual([
      { kind: 'proof', key: expect.stringMatching(/^[\w-]{43}$/), limit: 1, issued: start - 5, until: start + 140 },
      { kind: 'proof', key: expect.stringMatching(/^[\w-]{43}$/), limit: 1, issued: start - 5, until: start + 140 },
    ])
    expect(new Set(scene.spends.map(({ key }) => key)).size).toBe(2)
  })

  it('of another key may have the same jti', async () => {
    const one = await createScene()
    const two = await createScene()
    const proof = { claims: { jti: 'the same' } }
    await outcome(one, await one.request({ proof }))
    await outcome(two, await two.request({ proof }))
    expect(one.spends[0]?.key).not.toBe(two.spends[0]?.key)
  })

  it('that was signed anew, with the same jti, is the same proof', async () => {
    const scene = await createScene()
    const proof = { claims: { jti: 'the same' } }
    expect(await outcome(scene, await scene.request({ proof }))).toBe('allowed')
    expect(await outcome(scene, await scene.request({ proof }))).toBe('replay_detected')
  })

  it('sent by fifty at once passes exactly once', async () => {
    for (const verifier of [createFastVerifier(), createPortableVerifier()]) {
      const scene = await createScene({ verifier })
      const request = await scene.request()
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(scene, request.clone())))
      expect(outcomes.filter((one) => one === 'allowed')).toHaveLength(1)
      expect(outcomes.filter((one) => one === 'replay_detected')).toHaveLength(49)
    }
  })
})

describe('a refused call', () => {
  const refusedLater = {
    insufficient_scope: { body: toolCall('write_note') },
    tool_not_declared: { body: toolCall('drop_notes') },
    malformed_body: { body: '{' },
    content_digest_mismatch: { proof: { content: 'another body' } },
    header_mismatch: { headers: { 'mcp-name': 'write_note' } },
    unsupported_media_type: { headers: { 'content-type': 'text/plain' } },
  }

  it.each(Object.entries(refusedLater))('spends its proof all the same, after %s', async (code, parts) => {
    const scene = await createScene()
    const request = await scene.request(parts)
    expect(await outcome(scene, request.clone())).toBe(code)
    expect(await outcome(scene, request.clone())).toBe('replay_detected')
  })

  it('leaves nothing to land later: its proof does not carry another body either', async () => {
    const scene = await createScene()
    const refused = await scene.request({ body: toolCall('write_note'), proof: { content: undefined } })
    expect(await outcome(scene, refused.clone())).toBe('insufficient_scope')
    const later = new Request(refused, { body: toolCall('read_notes') })
    expect(await outcome(scene, later)).toBe('replay_detected')
  })

  it('never reaches the ledger before its proof is verified', async () => {
    const scene = await createScene()
    const stranger = await createScene()
    const token = await scene.token()
    const proofs = [
      { url: 'https://other.example/mcp' },
      { claims: { ath: 'A'.repeat(43) } },
      { nonce: undefined },
      { header: { typ: 'jwt' } },
    ]
    for (const proof of proofs) await outcome(scene, await scene.request({ proof }))
    await outcome(scene, await scene.request({ proof: null }))
    await outcome(scene, await scene.request({ token: await stranger.token() }))
    await outcome(scene, await scene.request({ token: await scene.token({ exp: start }) }))
    const foreign = await signProof(stranger.agent, { token, nonce: await scene.nonce() })
    await outcome(scene, await scene.request({ token, headers: { dpop: foreign } }))
    const broken = (await signProof(scene.agent, { token, nonce: await scene.nonce() })).replace(/.{8}$/, 'AAAAAAAA')
    expect(await outcome(scene, await scene.request({ token, headers: { dpop: broken } }))).toBe('invalid_dpop_proof')
    expect(scene.spends).toEqual([])
  })
})

describe('the ledger', () => {
  it('that cannot answer lets nothing through, not even to another refusal', async () => {
    const ledger: Ledger = { lifetime: 'run', spend: () => Promise.reject(new Error('connection lost')) }
    const scene = await createScene({ ledger })
    expect(await outcome(scene, await scene.request())).toBe('ledger_unavailable')
    expect(await outcome(scene, await scene.request({ body: toolCall('write_note') }))).toBe('ledger_unavailable')
  })

  it('that throws instead of rejecting lets nothing through either', async () => {
    const ledger: Ledger = {
      lifetime: 'run',
      spend() {
        throw new Error('connection lost')
      },
    }
    const scene = await createScene({ ledger })
    expect(await outcome(scene, await scene.request())).toBe('ledger_unavailable')
  })

  it('that is full refuses, and forgets nothing', async () => {
    const ledger = createMemoryLedger({ clock: () => start, capacity: 1 })
    const scene = await createScene({ ledger })
    const first = await scene.request()
    expect(await outcome(scene, first.clone())).toBe('allowed')
    expect(await outcome(scene, await scene.request())).toBe('ledger_unavailable')
    expect(await outcome(scene, first)).toBe('replay_detected')
  })
})

describe('something of ours that breaks in mid-decision', () => {
  /** Breaks where the body is hashed. */
  const breaking = (): Verifier => {
    const verifier = createFastVerifier()
    const digest: Verifier['digest'] = (data) => {
      if (typeof data !== 'string') throw new Error('out of memory')
      return verifier.digest(data)
    }
    return { ...verifier, digest }
  }

  it('is an exception, and so no access; the proof is spent all the same', async () => {
    const scene = await createScene({ verifier: breaking() })
    const request = await scene.request()
    await expect(scene.guard.check(request.clone())).rejects.toThrow('out of memory')
    expect(scene.spends).toHaveLength(1)
    await expect(scene.guard.check(request)).rejects.toThrow()
  })
})
