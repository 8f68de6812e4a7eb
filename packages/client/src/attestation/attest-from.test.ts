import { inspect } from 'node:util'
import { generateProofKey } from '@countersign/dpop'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startAttestedWorld } from '../../testing/attested-world.ts'
import { attestFrom } from './attest-from.ts'

const audience = 'https://notes.example/mcp'
const key = await generateProofKey()

/** A source that holds one attestation, made at the start of the world. */
async function setUp() {
  const attested = await startAttestedWorld(onTestFinished)
  const source = attested.source()
  const first = await source({ audience, key })
  return { ...attested, source, first, ask: (fresh?: true) => source({ audience, key, ...(fresh && { fresh }) }) }
}

const broken = () => new Response(null, { status: 500 })

describe('the life of an attestation that an agent keeps', () => {
  it('is renewed in the background at about two thirds: the caller has the old one at once, the next the new one', async () => {
    const setup = await setUp()
    const { world, first, ask } = setup
    world.time += 160
    expect(await ask()).toBe(first)
    expect(setup.asked()).toBe(1)
    world.time += 75
    expect(await ask()).toBe(first)
    const second = await vi.waitFor(async () => {
      const next = await ask()
      expect(next).not.toBe(first)
      return next
    })
    expect(setup.asked()).toBe(2)
    expect(decodeJwt(second)).toMatchObject({ iat: world.time, cnf: decodeJwt(first).cnf })
  })

  it('is waited for when it comes near its end, and after', async () => {
    const { world, ask } = await setUp()
    for (const later of [245, 900]) {
      world.time += later
      expect(decodeJwt(await ask()).iat).toBe(world.time)
    }
  })

  it('goes on while renewals fail, up to its end and not beyond', async () => {
    const { world, issuer, first, ask } = await setUp()
    issuer.intercept = broken
    world.time += 235
    expect(await ask()).toBe(first)
    world.time += 50
    expect(await ask()).toBe(first)
    world.time += 6
    await expect(ask()).rejects.toMatchObject({ code: 'attestation_unavailable' })
    issuer.intercept = undefined
    world.time += 5
    expect(decodeJwt(await ask()).iat).toBe(world.time)
  })

  it('counts from the request on our own clock, however far off the issuer’s is', async () => {
    const { world, issuer, source: make, asked } = await startAttestedWorld(onTestFinished)
    issuer.answer = { issued_at: 1000, expires_at: 1300 }
    const source = make()
    const first = await source({ audience, key })
    world.time += 160
    expect(await source({ audience, key })).toBe(first)
    world.time += 140
    expect(await source({ audience, key })).not.toBe(first)
    expect(asked()).toBe(2)
  })

  it('is one for each audience and each key', async () => {
    const { source, first, asked } = await setUp()
    const other = await source({ audience: 'https://mail.example/mcp', key })
    expect(decodeJwt(other).aud).toBe('https://mail.example/mcp')
    const another = await source({ audience, key: await generateProofKey('Ed25519') })
    expect(decodeJwt(another).cnf).not.toEqual(decodeJwt(first).cnf)
    expect(asked()).toBe(3)
  })
})

describe('one request at a time', () => {
  it('serves every caller of a cold start', async () => {
    const { source: make, asked, issuer } = await startAttestedWorld(onTestFinished)
    const source = make()
    const all = await Promise.all(Array.from({ length: 20 }, () => source({ audience, key })))
    expect(new Set(all).size).toBe(1)
    expect(asked()).toBe(1)
    expect(issuer.received.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })

  it('serves all whose attestation was called too old, also those who hear of it a little later', async () => {
    const { world, first, ask, asked } = await setUp()
    world.time += 20
    const [one, two] = await Promise.all([ask(true), ask(true)])
    expect(one).not.toBe(first)
    expect([two, await ask(true), await ask()]).toEqual([one, one, one])
    expect(asked()).toBe(2)
  })

  it('fails for all, and is not repeated for a moment', async () => {
    const { source: make, issuer, world } = await startAttestedWorld(onTestFinished)
    issuer.intercept = broken
    const source = make()
    for (let calls = 0; calls < 10; calls += 1) {
      await expect(source({ audience, key })).rejects.toMatchObject({ code: 'attestation_unavailable' })
    }
    expect(issuer.received).toHaveLength(1)
    issuer.intercept = undefined
    world.time += 5
    expect(await source({ audience, key })).toBeDefined()
  })
})

describe('the issuer’s protocol', () => {
  it('a challenge that ran out is answered once with the new one, under an assertion and a proof of its own', async () => {
    const { world, issuer, ask } = await setUp()
    issuer.intercept = ({ url }) => {
      if (url.pathname !== '/challenge') return undefined
      return Response.json({ attestation_challenge: 'run-out', expires_in: 60 })
    }
    world.time += 20
    expect(decodeJwt(await ask(true)).iat).toBe(world.time)
    const forms = issuer.received
      .filter(({ url }) => url.pathname === '/attest')
      .map(({ body }) => new URLSearchParams(new TextDecoder().decode(body)))
    expect(forms).toHaveLength(3)
    const ids = forms.map((form) => decodeJwt(form.get('client_assertion') ?? '').jti)
    expect(new Set(ids).size).toBe(3)
    expect(forms.map((form) => decodeJwt(form.get('instance_proof') ?? '').challenge)[1]).toBe('run-out')
  })

  it('a second stale challenge is the end of it', async () => {
    const { world, issuer, ask, asked } = await setUp()
    issuer.intercept = ({ url }) =>
      url.pathname === '/attest'
        ? Response.json(
            { error: 'use_attestation_challenge' },
            { status: 400, headers: { 'oauth-client-attestation-challenge': 'next' } },
          )
        : undefined
    world.time += 20
    await expect(ask(true)).rejects.toMatchObject({ code: 'attestation_unavailable' })
    expect(asked()).toBe(3)
  })

  it.each([
    ['another issuer', { issuer: 'https://attest.example' }, 'attestation_unavailable'],
    ['no challenge endpoint', { challenge_endpoint: undefined }, 'attestation_unavailable'],
    ['an endpoint that is no text', { attestation_endpoint: 7 }, 'attestation_unavailable'],
    ['an endpoint in the clear', { attestation_endpoint: 'http://attest.example/attest' }, 'insecure_url'],
  ])('metadata with %s is refused before anything is signed', async (_name, metadata, code) => {
    const { source, issuer, asked } = await startAttestedWorld(onTestFinished)
    issuer.metadata = metadata
    await expect(source()({ audience, key })).rejects.toMatchObject({ code })
    expect(asked()).toBe(0)
  })

  it.each([
    ['no attestation', { attestation: undefined }],
    ['an attestation that is no JWS', { attestation: 'a.b.c\n' }],
    ['no dates', { issued_at: undefined }],
    ['an end before the beginning', { expires_at: 0 }],
    ['an end that is no number', { expires_at: 'never' }],
  ])('an answer with %s is none', async (_name, answer) => {
    const { source, issuer } = await startAttestedWorld(onTestFinished)
    issuer.answer = answer
    await expect(source()({ audience, key })).rejects.toMatchObject({ code: 'attestation_unavailable' })
  })

  it.each([
    ['a challenge', '/challenge'],
    ['an attestation', '/attest'],
  ])('a redirect instead of %s is not followed', async (_name, path) => {
    const { source, issuer } = await startAttestedWorld(onTestFinished)
    issuer.intercept = ({ url }) =>
      url.pathname === path ? new Response(null, { status: 307, headers: { location: '/elsewhere' } }) : undefined
    await expect(source()({ audience, key })).rejects.toMatchObject({ code: 'attestation_unavailable' })
    expect(issuer.received.map(({ url }) => url.pathname)).not.toContain('/elsewhere')
  })

  it('endpoints that moved are found again', async () => {
    const { source: make, issuer, world } = await startAttestedWorld(onTestFinished)
    issuer.metadata = { challenge_endpoint: `${issuer.origin}/moved` }
    const source = make()
    await expect(source({ audience, key })).rejects.toMatchObject({ code: 'attestation_unavailable' })
    issuer.metadata = {}
    world.time += 5
    expect(await source({ audience, key })).toBeDefined()
  })

  it('metadata of an issuer with a path is looked for before that path', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(null, { status: 404 }))
    const privateJwk = await crypto.subtle.exportKey('jwk', await makePrivateKey())
    const source = attestFrom({ issuer: 'https://attest.example/eu', clientId: 'agent', privateJwk, fetch })
    await expect(source({ audience, key })).rejects.toMatchObject({ code: 'attestation_unavailable' })
    expect(fetch.mock.calls[0]?.[0]).toBe('https://attest.example/.well-known/attestation-issuer/eu')
  })
})

describe('a source of attestations', () => {
  it('is not made for an issuer in the clear', () => {
    const make = () => attestFrom({ issuer: 'http://attest.example', clientId: 'agent', privateJwk: {} })
    expect(make).toThrow('https')
  })

  it('shows the deployment’s key to nobody who holds it', async () => {
    const privateJwk = await crypto.subtle.exportKey('jwk', await makePrivateKey())
    const source = attestFrom({ issuer: 'https://attest.example', clientId: 'agent', privateJwk })
    const text = [inspect(source, { showHidden: true, depth: 12 }), String(source)].join()
    expect(String(privateJwk.d).length).toBeGreaterThan(20)
    expect(text).not.toContain(privateJwk.d)
  })
})

async function makePrivateKey(): Promise<CryptoKey> {
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
  return privateKey
}
