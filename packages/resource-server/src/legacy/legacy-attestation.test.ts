import { describe, expect, it } from 'vitest'
import { assembleGuard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { type Members, start } from '../testing/issuer.test-fixture.ts'
import { createLegacyAttester, initializeResult, legacyInitialize } from '../testing/legacy-client.test-fixture.ts'
import {
  agentOf,
  attested,
  codeOf,
  createLegacyScene,
  lastRefusal,
  missed,
  sessionOf,
} from '../testing/legacy-scene.test-fixture.ts'
import { createScene, rpc, toolCall } from '../testing/scene.test-fixture.ts'
import { weakenPolicy } from '../unsafe/weakened-policy.ts'

describe('an initialize with a good token', () => {
  it('is answered as its client expects, by a handler that knows nothing of it', async () => {
    const scene = await createLegacyScene({ attestation: 'preferred' })
    const answer = await scene.initialize()
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      jsonrpc: '2.0',
      id: 0,
      result: {
        ...initializeResult,
        capabilities: {
          tools: { listChanged: false },
          experimental: {
            other: { kept: true },
            'security.attestation': {
              version: '0.1.0',
              policy: 'preferred',
              trusted_issuers: ['https://api.anthropic.com'],
              required_claims: ['agent_identity', 'attestation_metadata'],
              verification_status: 'verified',
              trust_level: 'provider',
              verified_claims: ['agent_identity', 'attestation_metadata'],
            },
          },
        },
      },
    })
    expect(agentOf(scene)).toMatchObject(attested)
    expect(missed(scene)).toBe(0)
  })

  it('reaches the handler without the token, which is nobody else’s to use', async () => {
    const scene = await createLegacyScene()
    await scene.initialize()
    const expected = JSON.parse(legacyInitialize(undefined))
    expect(scene.asked.at(-1)).toMatchObject({ body: expected, text: JSON.stringify(expected) })
  })

  it('is good once', async () => {
    const scene = await createLegacyScene()
    const token = await scene.attester.attest()
    expect((await scene.initialize(token)).headers.has('mcp-session-id')).toBe(true)
    const again = await scene.initialize(token)
    expect(again.headers.has('mcp-session-id')).toBe(false)
    expect(await codeOf(again)).toBe(-32004)
  })

  it('tells listeners how the attestation came', async () => {
    const scene = await createLegacyScene()
    await scene.initialize()
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'attestation_verified', carriage: 'legacy' }))
  })
})

describe('an initialize that the handler itself refuses', () => {
  it('is answered as it says, and begins no session', async () => {
    const scene = await createLegacyScene()
    const broken = { jsonrpc: '2.0', id: 0, result: {} }
    const server = scene.guard.protect(createHandler(() => Response.json(broken, { status: 500 })))
    const body = legacyInitialize(await scene.attester.attest())
    const answer = await server.fetch(await scene.request({ body }))
    expect([answer.status, answer.headers.has('mcp-session-id')]).toEqual([500, false])
    expect(await answer.json()).toEqual(broken)
  })
})

describe('an initialize with a token that is not good', () => {
  it.each<{ claims: Members; error: number; told: readonly string[] }>([
    { claims: { aud: 'https://other.example' }, error: -32002, told: ['attestation_audience_mismatch', 'audience'] },
    {
      claims: { exp: start - 31, iat: start - 331, nbf: start - 331 },
      error: -32003,
      told: ['attestation_expired', 'expired'],
    },
    { claims: { iss: 'https://other.example' }, error: -32005, told: ['attestation_issuer_untrusted', 'issuer'] },
    { claims: { agent_identity: undefined }, error: -32006, told: ['attestation_invalid', 'claim_missing'] },
  ])('is answered with the code of its reason, under every policy: $claims', async ({ claims, error, told }) => {
    for (const attestation of ['required', 'preferred', 'optional'] as const) {
      const scene = await createLegacyScene({ attestation })
      const answer = await scene.initialize(await scene.attester.attest(claims))
      expect([answer.status, answer.headers.has('mcp-session-id')]).toEqual([200, false])
      expect(await codeOf(answer)).toBe(error)
      expect(lastRefusal(scene)).toEqual(told)
      expect(scene.asked).toEqual([])
    }
  })

  it('is answered with a newer nonce, where there is one', async () => {
    const scene = await createLegacyScene()
    const nonce = await scene.nonce()
    scene.now += 30
    const answer = await scene.initialize('a.b.c', { proof: { nonce } })
    expect(await codeOf(answer)).toBe(-32002)
    expect(answer.headers.get('dpop-nonce')).toBe(await scene.nonce())
  })

  it('is not read when it is longer than the limit', async () => {
    const scene = await createLegacyScene({ limits: { attestationLength: 100 } })
    expect(await codeOf(await scene.initialize())).toBe(-32002)
    expect(lastRefusal(scene)).toEqual(['attestation_invalid', 'length'])
  })

  it('is answered with a status of its own where the fault is ours', async () => {
    const ledger = { lifetime: 'durable' as const, spend: () => Promise.reject(new Error('disk full')) }
    const answer = await (await createLegacyScene({ ledger })).initialize()
    expect([answer.status, await codeOf(answer)]).toEqual([503, undefined])
  })
})

describe('A6: the weaker carriage', () => {
  it('satisfies no policy that requires an attestation, of the server or of a tool', async () => {
    const scene = await createLegacyScene({ attestation: 'required' })
    expect(await codeOf(await scene.initialize())).toBe(-32001)
    expect(lastRefusal(scene)).toEqual(['attestation_required', 'unbound'])

    const tools = {
      read_notes: { scopes: ['notes:read'], attestation: 'required' },
      write_note: {},
      delete_note: {},
      sign_note: {},
    } as const
    const picky = await createLegacyScene({ tools })
    const headers = { 'mcp-session-id': sessionOf(await picky.initialize()) }
    expect((await picky.send({ headers })).status).toBe(403)
    expect(lastRefusal(picky)).toEqual(['attestation_required', 'unbound'])
    expect((await picky.send({ headers, body: toolCall('write_note') })).status).toBe(200)
  })

  it('is closed to issuers that are not opted in, and to everybody where none is', async () => {
    const attester = await createLegacyAttester()
    const { legacy: _, ...bound } = attester.line()
    const scene = await createLegacyScene({ attesters: [bound] })
    expect(await codeOf(await scene.initialize(await attester.attest()))).toBe(-32005)
    expect(lastRefusal(scene)).toEqual(['attestation_issuer_untrusted', 'carriage'])
  })

  it('is not looked at where no trust list says whose attestations count', async () => {
    const scene = await createLegacyScene({}, { trusting: false })
    const answer = await scene.initialize()
    expect(await answer.json()).toMatchObject({ result: initializeResult })
    expect(agentOf(scene)).toBeUndefined()
  })

  it('would let what is forged pass for missing, were it not judged', async () => {
    const create = (options: GuardOptions) => assembleGuard(options, weakenPolicy(['legacy_attestation']))
    const scene = await createLegacyScene({ attestation: 'preferred', create })
    const forged = await (await createLegacyAttester()).attest()
    expect(await (await scene.initialize(forged)).json()).toMatchObject({ result: initializeResult })
    expect(missed(scene)).toBe(1)
  })

  it.each([
    { capability: { version: '0.0.9' }, reason: 'version' },
    { capability: { token: 7 }, reason: 'capability' },
  ])('does not go by what an old or a careless client says: $capability', async ({ capability, reason }) => {
    const scene = await createLegacyScene()
    const body = legacyInitialize(await scene.attester.attest(), capability)
    expect(await codeOf(await scene.send({ body }))).toBe(-32002)
    expect(lastRefusal(scene)).toEqual(['attestation_invalid', reason])
  })

  it('is not for batches and notifications, where nobody waits for its answer', async () => {
    const scene = await createLegacyScene()
    const one = JSON.parse(legacyInitialize(await scene.attester.attest()))
    const { id: _, ...notification } = one
    for (const [message, reason] of [
      [[one, JSON.parse(rpc('ping'))], 'batch'],
      [notification, 'notification'],
    ] as const) {
      expect((await scene.send({ body: JSON.stringify(message) })).status).toBe(403)
      expect(lastRefusal(scene)).toEqual(['attestation_invalid', reason])
    }
  })

  it('counts as missing when it is left out, and is asked for by its own code', async () => {
    const scene = await createLegacyScene({ attestation: 'preferred' })
    const answer = await scene.send({ body: legacyInitialize(undefined) })
    expect(await answer.json()).toMatchObject({
      result: { capabilities: { experimental: { 'security.attestation': { verification_status: 'failed' } } } },
    })
    expect([missed(scene), answer.headers.has('mcp-session-id')]).toEqual([1, false])
    const strict = await createLegacyScene({ attestation: 'required' })
    expect(await codeOf(await strict.send({ body: legacyInitialize(undefined) }))).toBe(-32001)
  })

  it('is judged by the rest of the policy, with the code for claims that are not enough', async () => {
    const scene = await createLegacyScene({ attestation: { presence: 'optional', minimumSafetyLevel: 'enhanced' } })
    expect(await codeOf(await scene.initialize())).toBe(-32006)
    expect(lastRefusal(scene)).toEqual(['attestation_policy', 'safety_level'])
  })
})

describe('beside the stronger carriage', () => {
  it('what the token says of the agent counts, and the attestation is judged all the same', async () => {
    const bound = await createAttester()
    const legacy = await createLegacyAttester()
    const scene = await createLegacyScene({ attestation: 'required', attesters: [bound.line(), legacy.line()] })
    const token = await scene.token({ agent: claimAgent(bound, scene.agent) })
    expect((await scene.initialize(await legacy.attest(), { token })).headers.has('mcp-session-id')).toBe(true)
    expect(agentOf(scene)).toMatchObject({ source: 'token', binding: 'key' })
    const forged = await legacy.attest({ aud: 'https://other.example' })
    expect(await codeOf(await scene.initialize(forged, { token }))).toBe(-32002)
  })

  it('no two at once: whoever sends both leaves the choice to us', async () => {
    const bound = await createAttester()
    const legacy = await createLegacyAttester()
    const scene = await createLegacyScene({ attesters: [bound.line(), legacy.line()] })
    const headers = { 'oauth-client-attestation': await bound.attest(scene.agent) }
    expect(await codeOf(await scene.initialize(await legacy.attest(), { headers }))).toBe(-32002)
    expect(lastRefusal(scene)).toEqual(['attestation_invalid', 'two_carriages'])
  })

  it('the header refuses what comes this way alone', async () => {
    const scene = await createLegacyScene()
    const text = await scene.attester.attest({ sub: 'agent-1' }, { typ: 'oauth-client-attestation+jwt' })
    expect((await scene.send({ headers: { 'oauth-client-attestation': text } })).status).toBe(403)
    expect(lastRefusal(scene)).toEqual(['attestation_issuer_untrusted', 'carriage'])
  })
})

describe('everything else', () => {
  it('is answered as without: another initialize, and what has to do with no attestation', async () => {
    const scene = await createLegacyScene()
    const plain = await scene.send({ body: rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {} }) })
    expect(await plain.json()).toMatchObject({ result: initializeResult })
    expect(plain.headers.has('mcp-session-id')).toBe(false)
    const strict = await createLegacyScene({ attestation: 'required' })
    expect((await strict.send({ body: rpc('initialize') })).status).toBe(403)
  })

  it('a replayed proof is that, before anything else', async () => {
    const scene = await createLegacyScene()
    const request = await scene.request({ body: legacyInitialize(await scene.attester.attest()) })
    expect((await scene.server.fetch(request.clone())).status).toBe(200)
    expect((await scene.server.fetch(request)).status).toBe(401)
  })

  it('check() judges the token too, for that one request', async () => {
    const scene = await createLegacyScene()
    const token = await scene.attester.attest()
    const checked = await scene.guard.check(await scene.request({ body: legacyInitialize(token) }))
    if (checked instanceof Response) throw new Error(`refused: ${await checked.text()}`)
    expect(checked.authInfo.extra.countersign.agent).toMatchObject(attested)
    expect(checked.parsedBody).toEqual(JSON.parse(legacyInitialize(undefined)))
    const again = await scene.guard.check(await scene.request({ body: legacyInitialize(token) }))
    expect(again instanceof Response && (await codeOf(again))).toBe(-32004)
  })

  it('is not configured with a ledger that forgets', async () => {
    const attester = await createLegacyAttester()
    await expect(createScene({ attesters: [attester.line()] })).rejects.toThrow(/^trust: .*durable ledger/)
  })
})
