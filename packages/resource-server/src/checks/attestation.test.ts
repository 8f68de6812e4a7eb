import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import type { IncomingCall } from '../incoming-call.ts'
import { createAgentKey } from '../testing/agent.test-fixture.ts'
import { callWith, withAttestation } from '../testing/attested-call.test-fixture.ts'
import { agentWords, claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { type Members, start } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene, type SceneOptions } from '../testing/scene.test-fixture.ts'

const attester = await createAttester()
const stranger = await createAttester('https://attestt.example')
const others = await createAgentKey()
const trusting: SceneOptions = { attesters: [attester.line()] }
const presences = ['required', 'preferred', 'optional'] as const

const show = async (scene: Scene, claims?: Members, of = attester) =>
  callWith(scene, withAttestation(await of.attest(scene.agent, claims)))

describe('an attestation of the key that the proof was made with', () => {
  it.each(presences)('says which agent is calling, where it is %s', async (attestation) => {
    const scene = await createScene({ ...trusting, attestation })
    expect(await show(scene)).toMatchObject({
      attestation: { level: 'provider' },
      agent: {
        issuer: 'https://attest.example',
        level: 'provider',
        binding: 'key',
        agent: agentWords,
        source: 'attestation',
        expires: start + 300,
      },
    })
    expect(scene.events.map(({ type }) => type)).toEqual(['attestation_verified', 'allowed'])
  })

  it('is told of also where no policy asks for it', async () => {
    expect(await show(await createScene(trusting))).toMatchObject({ attestation: { level: 'provider' } })
  })

  it('has the level that its issuer has here, whatever it says of itself', async () => {
    const scene = await createScene({ attesters: [attester.line({ level: 'enterprise' })] })
    expect(await show(scene, { level: 'provider' })).toMatchObject({ attestation: { level: 'enterprise' } })
  })

  it('is good for many calls, each with a proof of its own', async () => {
    const scene = await createScene({ ...trusting, attestation: 'required' })
    const parts = withAttestation(await attester.attest(scene.agent))
    for (const cached of [false, true, true]) {
      expect(await callWith(scene, parts)).toHaveProperty('agent')
      expect(scene.events).toContainEqual(expect.objectContaining({ type: 'attestation_verified', cached }))
    }
  })
})

describe('an attestation that is not good is refused, and never the same as none', () => {
  const faults: readonly [string, Members, string][] = [
    ['for another client', { sub: 'agent-2' }, 'attestation_invalid client_id'],
    ['of another key', { cnf: { jwk: others.publicJwk } }, 'attestation_key_mismatch other_key'],
    ['for another server', { aud: 'https://other.example/mcp' }, 'attestation_audience_mismatch audience'],
    ['for several servers', { aud: ['https://notes.example/mcp'] }, 'attestation_audience_mismatch several_audiences'],
    ['that is over', { iat: start - 600, nbf: start - 600, exp: start - 300 }, 'attestation_expired expired'],
    ['that is to come', { iat: start + 100, nbf: start + 100 }, 'attestation_expired not_yet'],
    ['without the key', { cnf: undefined }, 'attestation_invalid cnf'],
    [
      "of another provider's agent",
      { agent_identity: { ...agentWords.identity, provider: 'other' } },
      'attestation_issuer_untrusted provider',
    ],
  ]
  describe.each(presences)('where one is %s', (attestation) => {
    it.each(faults)('one %s', async (_name, claims, expected) => {
      const scene = await createScene({ ...trusting, attestation })
      expect(await show(scene, claims)).toBe(expected)
      expect(scene.events.map(({ type }) => type)).toEqual(['attestation_refused', 'refused'])
    })

    it('one of a stranger who looks like somebody else', async () => {
      const scene = await createScene({ ...trusting, attestation })
      expect(await show(scene, {}, stranger)).toBe('attestation_issuer_untrusted look_alike')
      const resembles = expect.objectContaining({ issuer: 'https://attest.example' })
      expect(scene.events).toContainEqual(expect.objectContaining({ type: 'attestation_refused', resembles }))
    })

    it('one whose claims were changed', async () => {
      const scene = await createScene({ ...trusting, attestation })
      const [header, , signature] = (await attester.attest(scene.agent)).split('.')
      const [, payload] = (await stranger.attest(scene.agent, { iss: attester.issuer })).split('.')
      expect(await callWith(scene, withAttestation(`${header}.${payload}.${signature}`))).toBe(
        'attestation_invalid signature',
      )
    })

    it('one that came in vain though the token speaks for the agent', async () => {
      const scene = await createScene({ ...trusting, attestation })
      const token = await scene.token({ agent: claimAgent(attester, scene.agent) })
      const headers = { 'oauth-client-attestation': 'x' }
      expect(await callWith(scene, { token, headers })).toBe('attestation_invalid compact')
    })
  })

  it(`${verifies('ABCA-7.1-1')} two of them`, async () => {
    const scene = await createScene(trusting)
    const request = await scene.request()
    const attestation = await attester.attest(scene.agent)
    const incoming: IncomingCall = {
      method: 'POST',
      url: request.url,
      transport: 'tls',
      header(name) {
        if (name === 'oauth-client-attestation') return [attestation, attestation]
        const value = name === 'host' ? 'notes.example' : request.headers.get(name)
        return value === null ? [] : [value]
      },
      headerNames: () => [],
      content: async () => ({ ok: true, value: new Uint8Array() }),
    }
    expect(await scene.guard.decide(incoming)).toMatchObject({
      rejection: { code: 'malformed_request', reason: 'several_attestations' },
    })
  })

  it('one with the proof of another mode beside it', async () => {
    const scene = await createScene(trusting)
    const attestation = await attester.attest(scene.agent)
    const headers = { 'oauth-client-attestation': attestation, 'oauth-client-attestation-pop': 'x' }
    expect(await callWith(scene, { headers })).toBe('attestation_invalid other_mode')
  })

  it('one that is longer than the limit', async () => {
    const scene = await createScene({ ...trusting, limits: { attestationLength: 100 } })
    expect(await show(scene)).toBe('headers_too_large attestation')
  })

  it('one with a token that is bound to no key', async () => {
    const scene = await createScene({ ...trusting, bearer: 'allowed' })
    const token = await scene.token({ cnf: undefined })
    const attestation = await attester.attest(scene.agent)
    const headers = { authorization: `Bearer ${token}`, 'oauth-client-attestation': attestation, dpop: null }
    expect(await callWith(scene, { token, headers })).toBe('attestation_key_mismatch no_proof')
  })

  it('one that nobody can judge right now: 503, and no access', async () => {
    const find = async () => ({ ok: false, rejection: { code: 'keys_unavailable' } }) as const
    const scene = await createScene({ attesters: [attester.line({ keys: { find } })], attestation: 'optional' })
    expect(await show(scene)).toContain('keys_unavailable')
  })
})

describe('whatever else stands in the header', () => {
  it('is refused, and nothing breaks', async () => {
    const scene = await createScene({ ...trusting, attestation: 'optional' })
    const [header = '', payload = '', signature = ''] = (await attester.attest(scene.agent)).split('.')
    const segment = fc.oneof(fc.constantFrom(header, payload, signature, ''), fc.base64String())
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'eyJ.-_= 09az"{},é'), minLength: 1 }),
      fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (attestation) => {
        // A header of blanks alone is an empty one.
        fc.pre(attestation.trim() !== '' && attestation !== [header, payload, signature].join('.'))
        expect(await callWith(scene, withAttestation(attestation))).toMatch(/^attestation_invalid /)
      }),
      { numRuns: 100 },
    )
  })

  it('also where that is nothing at all', async () => {
    const scene = await createScene({ ...trusting, attestation: 'optional' })
    expect(await callWith(scene, withAttestation(''))).toBe('attestation_invalid compact')
  })
})

describe('an attestation without a key', () => {
  const unbound: Members = { cnf: undefined, aud: 'https://notes.example/mcp' }
  const accepting = () => ({ attesters: [attester.line({ acceptUnbound: true })], ledger: createDurableLedger() })

  it('is good once, where its issuer may send such', async () => {
    const scene = await createScene({ ...accepting(), attestation: 'preferred' })
    const parts = withAttestation(await attester.attest(scene.agent, unbound))
    expect(await callWith(scene, parts)).toMatchObject({ agent: { binding: 'single_use' } })
    expect(await callWith(scene, parts)).toBe('attestation_replay')
  })

  it('is as good as none where one is required', async () => {
    const scene = await createScene({ ...accepting(), attestation: 'required' })
    expect(await show(scene, unbound)).toBe('attestation_required unbound')
  })
})

describe('where nobody is trusted to attest agents', () => {
  it('an attestation is not looked at, and counts as missing', async () => {
    const scene = await createScene()
    expect(await show(scene)).toMatchObject({ attestation: { level: 'none' } })
    expect(scene.events.map(({ type }) => type)).toEqual(['allowed'])
    const strict = await createScene({ attestation: 'required' })
    expect(await show(strict)).toBe('attestation_required nobody_trusted')
  })
})

it('the handler behind is not handed the attestation', async () => {
  const scene = await createScene({ ...trusting, tools: {}, resources: {}, prompts: {} })
  let seen: Headers | undefined
  const server = scene.guard.protect({
    fetch: async (request) => {
      seen = request.headers
      return Response.json({})
    },
  })
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
  const response = await server.fetch(
    await scene.request({ body, ...withAttestation(await attester.attest(scene.agent)) }),
  )
  expect([response.status, seen?.has('oauth-client-attestation')]).toEqual([200, false])
})
