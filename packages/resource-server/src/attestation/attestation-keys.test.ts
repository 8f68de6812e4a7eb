import { setImmediate } from 'node:timers/promises'
import { createLocalSigner, generateSigningJwk, makeSecurityEvent } from '@countersign/attestation/issue'
import { createTrust, type Trust, type TrustState } from '@countersign/attestation/trust'
import { thumbprintInput } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import { callWith, withAttestation } from '../testing/attested-call.test-fixture.ts'
import { claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { resource, start } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene, type SceneOptions } from '../testing/scene.test-fixture.ts'

const attester = await createAttester()
const createList = (): Trust => createTrust([attester.line()], { verifier: createFastVerifier(), clock: () => start })

const setUp = async (options: SceneOptions = {}) => {
  const trust = createList()
  return { trust, scene: await createScene({ trust, ...options }) }
}
const tokenOf = (scene: Scene) => scene.token({ agent: claimAgent(attester, scene.agent) })
const revoke = (trust: Trust) => trust.evict(attester.issuer, attester.thumbprint, 'key_compromise')

describe('a key of an attestation issuer that is revoked', () => {
  it('takes the attestations with it that it signed, also those that were seen before', async () => {
    const { trust, scene } = await setUp()
    const parts = withAttestation(await attester.attest(scene.agent))
    expect(await callWith(scene, parts)).toHaveProperty('agent')
    await revoke(trust)
    expect(await callWith(scene, parts)).toContain('attestation_invalid')
  })

  it.each<[string, SceneOptions]>([
    ['whose issuer publishes no revocations', {}],
    ['whose word on agents does not count', { issuerTrust: { agentClaim: 'ignored' } }],
  ])(
    'takes the tokens with it that were issued on its word, also those that were seen before: %s',
    async (_name, options) => {
      const { trust, scene } = await setUp(options)
      const token = await tokenOf(scene)
      expect(await callWith(scene, { token })).toHaveProperty('clientId')
      await revoke(trust)
      expect(await callWith(scene, { token })).toBe('invalid_token revoked')
      expect(await callWith(scene)).toHaveProperty('clientId')
    },
  )

  it('was revoked also where that was known before the guard was there', async () => {
    const trust = createList()
    await revoke(trust)
    const scene = await createScene({ trust })
    expect(await callWith(scene, { token: await tokenOf(scene) })).toBe('invalid_token revoked')
  })

  it('was revoked also while that is still being read, or cannot be, after a restart', async () => {
    const saved = new Map<string, string>()
    const save = async (issuer: string, text: string) => void saved.set(issuer, text)
    const restart = (load: TrustState['load']): Trust =>
      createTrust([attester.line()], {
        verifier: createFastVerifier(),
        clock: () => start,
        state: { load, save },
      })
    await revoke(restart(async () => undefined))
    const scene = await createScene({ trust: restart(async (issuer) => setImmediate(saved.get(issuer))) })
    expect(await callWith(scene, { token: await tokenOf(scene) })).toBe('invalid_token revoked')
    const unread = await createScene({ trust: restart(async () => 'no record') })
    expect(await callWith(unread, { token: await tokenOf(unread) })).toMatch('revocations_unavailable')
    expect(await callWith(unread)).toHaveProperty('clientId')
  })

  it('is not the same as a key of the same thumbprint that somebody else claims', async () => {
    const issuer = 'https://other.example'
    const entries = [attester.line(), attester.line({ issuer })]
    const trust = createTrust(entries, { verifier: createFastVerifier(), clock: () => start })
    const { scene } = await setUp({ trust })
    const claim = claimAgent(attester, scene.agent, { iss: issuer })
    await revoke(trust)
    expect(await callWith(scene, { token: await scene.token({ agent: claim }) })).toHaveProperty('agent')
  })

  it('ends the streams of the tokens that were issued on its word', async () => {
    const { trust, scene } = await setUp()
    const stream = () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
    const server = scene.guard.protect(createHandler(stream))
    const open = async (token: string) => (await server.fetch(await scene.request({ token }))).body?.getReader()
    const attested = await open(await tokenOf(scene))
    const other = await open(await scene.token())
    const over: string[] = []
    const ended = attested?.read().finally(() => over.push('attested'))
    void other?.read().finally(() => over.push('other'))
    await revoke(trust)
    expect(await ended).toEqual({ done: true, value: undefined })
    await setImmediate()
    expect(over).toEqual(['attested'])
    await other?.cancel()
  })

  it('ends also the stream that was being opened meanwhile', async () => {
    const { trust, scene } = await setUp()
    // Evicted at once, before there is a stream that could be told.
    const stream = () => {
      void revoke(trust)
      return new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
    }
    const server = scene.guard.protect(createHandler(stream))
    const response = await server.fetch(await scene.request({ token: await tokenOf(scene) }))
    expect(await Promise.race([response.text(), setImmediate('still open')])).toBe('')
  })
})

describe('RFC 8935: word of a stolen key', () => {
  const securityEvents = '/security-events'
  const push = async (scene: Scene, init: RequestInit, path = securityEvents) =>
    scene.guard.protect(createHandler()).fetch(new Request(new URL(path, resource), { method: 'POST', ...init }))
  const type = { 'content-type': 'application/secevent+jwt' }

  /** An issuer whose key signs a report of its own theft. */
  async function setUpIssuer(options: SceneOptions = {}) {
    const signer = await createLocalSigner(await generateSigningJwk('Ed25519'), 'attest-1')
    const { publicJwk: key } = signer
    const keys = { keys: [{ ...key, kid: 'attest-1' }] }
    const trust = createTrust([attester.line({ keys })], { verifier: createFastVerifier(), clock: () => start })
    const scene = await createScene({ trust, securityEvents, ...options })
    const thumbprint = await createFastVerifier().digest(thumbprintInput(key))
    const report = { issuer: attester.issuer, audience: resource, issuedAt: start, keyThumbprint: thumbprint }
    const claim = claimAgent(attester, scene.agent, { key: thumbprint })
    return { scene, event: await makeSecurityEvent(signer, report), token: await scene.token({ agent: claim }) }
  }

  it('is taken at the path of the configuration, and the key falls at once', async () => {
    const { scene, event, token } = await setUpIssuer()
    expect(await callWith(scene, { token })).toHaveProperty('agent')
    const response = await push(scene, { headers: type, body: event })
    expect([response.status, await response.text()]).toEqual([202, ''])
    expect(await callWith(scene, { token })).toBe('invalid_token revoked')
  })

  it.each<[number, string, RequestInit]>([
    [400, 'something that is no event', { headers: type, body: 'x' }],
    [405, 'another method', { method: 'GET' }],
    [405, 'a method that nobody knows', { method: 'LINK' }],
    [413, 'a body that is too large', { headers: type, body: 'x'.repeat(16_385) }],
    [415, 'another type', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    [415, 'an encoded body', { headers: { ...type, 'content-encoding': 'gzip' }, body: 'x' }],
  ])('is answered with %d for %s', async (status, _name, init) => {
    const { scene, token } = await setUpIssuer()
    expect((await push(scene, init)).status).toBe(status)
    expect(await callWith(scene, { token })).toHaveProperty('agent')
  })

  it('is not taken over plain HTTP, nor under another name', async () => {
    const { scene, event } = await setUpIssuer()
    const init = { headers: type, body: event }
    expect((await push(scene, init, 'http://notes.example/security-events')).status).toBe(400)
    expect((await push(scene, init, 'https://evil.example/security-events')).status).toBe(403)
  })

  it('is taken nowhere unless the configuration says so', async () => {
    const { scene } = await setUp()
    expect((await push(scene, { headers: type, body: 'x' })).status).toBe(404)
  })

  it.each<[string, Partial<GuardOptions>, string]>([
    ['without a trust list', { securityEvents }, 'createTrust'],
    ['at the path of the endpoint', { trust: createList(), securityEvents: '/mcp' }, 'something else'],
    [
      'at the path of the metadata',
      { trust: createList(), securityEvents: '/.well-known/oauth-protected-resource/mcp' },
      'something else',
    ],
    ['at a path that is none', { trust: createList(), securityEvents: 'events' }, 'plain path'],
    ['at a path that would be repaired', { trust: createList(), securityEvents: '/a/../b' }, 'plain path'],
    ['at another server', { trust: createList(), securityEvents: '//evil.example/x' }, 'plain path'],
    ['at a path with a query', { trust: createList(), securityEvents: '/events?x' }, 'plain path'],
  ])('is never taken %s', async (_name, options, named) => {
    const made = createScene(options)
    await expect(made).rejects.toThrow(ConfigurationError)
    await expect(made).rejects.toThrow(named)
  })
})

describe('a guard that is asked whether it has keys', () => {
  it('has none of attestations while their issuer cannot be reached', async () => {
    const keys = { jwksUri: 'https://attest.example/jwks' }
    const away = createTrust([attester.line({ keys })], {
      verifier: createFastVerifier(),
      fetch: () => Promise.reject(new TypeError('fetch failed')),
      fetching: { retries: 0 },
    })
    expect(await (await createScene({ trust: away })).guard.probe('keys')).toBe(false)
    expect(await (await setUp()).scene.guard.probe('keys')).toBe(true)
    away.close()
  })
})
