import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import fc from 'fast-check'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import {
  ATTESTER,
  type Attester,
  attest,
  IDENTITY,
  METADATA,
  makeAttester,
  postAttested,
} from '../../testing/attestation.ts'
import { obtainCode } from '../../testing/code-flow.ts'
import { assertionForm, claimsOf, fetchNonce, makeTokenProof, postToken } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, startWorld, type World } from '../../testing/world.ts'
import type { ClientRegistration } from '../configuration/options.ts'

let world: World
let attester: Attester
let key: KeyPair
let nonce: string

const machine = { grants: ['client_credentials'], scopes: ['notes:read'] } as const
const CLIENTS: readonly ClientRegistration[] = [
  { ...machine, clientId: 'attested', authentication: 'attestation' },
  {
    ...machine,
    clientId: 'careful',
    authentication: 'attestation',
    attestation: { presence: 'optional', minimumSafetyLevel: 'enhanced' },
  },
  {
    clientId: 'assistant',
    grants: ['authorization_code', 'refresh_token'],
    scopes: ['notes:read'],
    redirectUris: [REDIRECT],
    authentication: 'attestation',
  },
]

beforeEach(async () => {
  attester = await makeAttester()
  world = await startWorld({ clients: CLIENTS, options: { trust: attester.trust } })
  key = await makeKey()
  nonce = await fetchNonce(world)
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const form = { grant_type: 'client_credentials', scope: 'notes:read', resource: NOTES }
const ask = async (attestation?: string, more: Record<string, string> = {}) =>
  postAttested(world, { ...form, ...more }, { key, nonce, ...(attestation !== undefined && { attestation }) })
const outcomeOf = ({ status, body }: Awaited<ReturnType<typeof ask>>) => `${status} ${body.error ?? 'token'}`

describe('a client that proves itself by attestation (attest_jwt_client_auth, DPoP combined mode)', () => {
  it(`${verifies('ABCA-7.5-1')} gets a token that tells who the agent is, named by the attestation alone`, async () => {
    const answer = await ask(await attest(attester, 'attested', key, { aud: world.issuer }))
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP', expires_in: 300 } })
    const jkt = await calculateJwkThumbprint(key.publicJwk)
    expect(claimsOf(answer)).toMatchObject({
      client_id: 'attested',
      sub: 'attested',
      cnf: { jkt },
      agent: {
        iss: ATTESTER,
        level: 'provider',
        kid: 'k1',
        key: attester.thumbprint,
        jkt,
        exp: expect.any(Number),
        agent_identity: IDENTITY,
        attestation_metadata: METADATA,
        assurance: 'asserted',
      },
    })
    expect(world.log).toContainEqual(expect.objectContaining({ type: 'attestation_verified', issuer: ATTESTER }))
  })

  it('may also be named by client_id', async () => {
    expect(outcomeOf(await ask(await attest(attester, 'attested', key), { client_id: 'attested' }))).toBe('200 token')
  })

  it('lengthens no token, and no token lengthens it', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600
    const answer = await ask(await attest(attester, 'attested', key, { exp }))
    const claims = claimsOf(answer)
    expect([claims.exp, claims.agent]).toEqual([Number(claims.iat) + 300, expect.objectContaining({ exp })])
  })

  it('gets nothing without one, nor by its id', async () => {
    expect(outcomeOf(await ask(undefined, { client_id: 'attested' }))).toBe('401 invalid_client')
    expect(outcomeOf(await ask())).toBe('400 invalid_request')
  })

  it.each<[string, Record<string, unknown>, string, string]>([
    ['that is long past', { iat: 1, nbf: 1, exp: 301 }, '401 use_fresh_attestation', 'attestation_expired'],
    ['for another server (A7)', { aud: NOTES }, '401 invalid_client_attestation', 'attestation_audience_mismatch'],
    [
      'of a stranger (A2)',
      { iss: 'https://evil.example' },
      '401 invalid_client_attestation',
      'attestation_issuer_untrusted',
    ],
    [
      'of a look-alike (A5)',
      { iss: 'https://anthroplc.com' },
      '401 invalid_client_attestation',
      'attestation_issuer_untrusted',
    ],
    ['without a key', { cnf: undefined }, '401 invalid_client_attestation', 'attestation_invalid'],
  ])('is refused with an attestation %s', async (_which, claims, outcome, rejection) => {
    expect(outcomeOf(await ask(await attest(attester, 'attested', key, claims)))).toBe(outcome)
    expect(world.log).toContainEqual(
      expect.objectContaining({ type: 'token_refused', clientId: 'attested', rejection }),
    )
  })

  it('is refused with the attestation of another client', async () => {
    const attestation = await attest(attester, 'careful', key)
    expect(outcomeOf(await ask(attestation, { client_id: 'attested' }))).toBe('401 invalid_client_attestation')
  })

  it('is refused under a key that the issuer never had (A2)', async () => {
    const strangers = { ...attester, key: await makeKey('Ed25519') }
    expect(outcomeOf(await ask(await attest(strangers, 'attested', key)))).toBe('401 invalid_client_attestation')
  })

  it('is refused with an attestation that was captured, for want of its key (A3)', async () => {
    const captured = await attest(attester, 'attested', await makeKey())
    expect(outcomeOf(await ask(captured))).toBe('401 invalid_client_attestation')
    const withoutProof = await postToken(world.issuer, form, { 'OAuth-Client-Attestation': captured })
    expect(outcomeOf(withoutProof)).toBe('401 invalid_client_attestation')
    expect(world.log).toContainEqual(expect.objectContaining({ rejection: 'attestation_key_mismatch' }))
  })

  it('is refused where its agent is not what its policy asks for, and cannot leave that out', async () => {
    expect(outcomeOf(await ask(await attest(attester, 'careful', key)))).toBe('401 invalid_client_attestation')
    expect(outcomeOf(await ask(undefined, { client_id: 'careful' }))).toBe('401 invalid_client')
    const enhanced = { attestation_metadata: { ...METADATA, safety_level: 'enhanced' } }
    expect(outcomeOf(await ask(await attest(attester, 'careful', key, enhanced)))).toBe('200 token')
  })

  it('shows one attestation, and none of the other mode', async () => {
    const attestation = await attest(attester, 'attested', key)
    for (const headers of [
      { 'OAuth-Client-Attestation': [attestation, attestation] },
      { 'OAuth-Client-Attestation': attestation, 'OAuth-Client-Attestation-PoP': attestation },
    ]) {
      const DPoP = await makeTokenProof(world.issuer, key, { nonce })
      const body = new URLSearchParams({ ...form, client_id: 'attested' })
      const response = await sendRaw(`${world.issuer}/token`, { ...headers, DPoP }, body.toString())
      expect(response).toEqual({ status: 401, error: 'invalid_client_attestation' })
    }
  })

  it('proves itself in one way at a time', async () => {
    const attestation = await attest(attester, 'attested', key)
    const assertion = await assertionForm(world.issuer, 'attested', world.agentKey, form)
    expect(outcomeOf(await postAttested(world, assertion, { key, nonce, attestation }))).toBe('401 invalid_client')
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const headers = { DPoP, 'OAuth-Client-Attestation': attestation, Authorization: `Basic ${btoa('attested:secret')}` }
    expect(outcomeOf(await postToken(world.issuer, form, headers))).toBe('401 invalid_client')
  })

  it('is asked for a nonce before anything is spent', async () => {
    const attestation = await attest(attester, 'attested', key)
    const DPoP = await makeTokenProof(world.issuer, key)
    const answer = await postToken(world.issuer, form, { DPoP, 'OAuth-Client-Attestation': attestation })
    expect(outcomeOf(answer)).toBe('400 use_dpop_nonce')
    expect(answer.headers.get('DPoP-Nonce')).toMatch(/./)
  })

  it('keeps its proof for another try when the attestation is refused, and no longer', async () => {
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const send = async (attestation: string) =>
      outcomeOf(await postToken(world.issuer, form, { DPoP, 'OAuth-Client-Attestation': attestation }))
    expect(await send(await attest(attester, 'attested', key, { exp: 301, iat: 1, nbf: 1 }))).toBe(
      '401 use_fresh_attestation',
    )
    const good = await attest(attester, 'attested', key)
    expect(await send(good)).toBe('200 token')
    expect(await send(good)).toBe('400 invalid_dpop_proof')
  })
})

describe('a person’s client that proves itself by attestation', () => {
  const post = (more: Record<string, string>, proofKey = key, attestation?: string) =>
    postAttested(world, more, { key: proofKey, nonce, ...(attestation !== undefined && { attestation }) })

  it('shows one with its code and with each refresh, under the same key', async () => {
    const fresh = (holder = key) => attest(attester, 'assistant', holder)
    const { code, verifier } = await obtainCode(world, { client_id: 'assistant' })
    const redemption = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT }
    expect(outcomeOf(await post({ ...redemption, client_id: 'assistant' }))).toBe('401 invalid_client')
    const first = await post(redemption, key, await fresh())
    expect(claimsOf(first)).toMatchObject({ client_id: 'assistant', sub: 'user-1', agent: { iss: ATTESTER } })

    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) }
    expect(outcomeOf(await post({ ...refresh, client_id: 'assistant' }))).toBe('401 invalid_client')
    const otherInstance = await makeKey()
    expect(outcomeOf(await post(refresh, otherInstance, await fresh(otherInstance)))).toBe('400 invalid_grant')
    expect(claimsOf(await post(refresh, key, await fresh())).agent).toMatchObject({ iss: ATTESTER })
  })
})

describe('an issuer that may say less', () => {
  const restartWith = async (line: Parameters<typeof makeAttester>[0]) => {
    await world.close()
    attester = await makeAttester(line)
    world = await startWorld({ clients: CLIENTS, options: { trust: attester.trust } })
    nonce = await fetchNonce(world)
  }

  it('is not taken at its word without a key, though resource servers may do so', async () => {
    await restartWith({ acceptUnbound: true })
    const unbound = await attest(attester, 'attested', key, { cnf: undefined, aud: world.issuer })
    expect(outcomeOf(await ask(unbound))).toBe('401 invalid_client_attestation')
    expect(outcomeOf(await ask(await attest(attester, 'attested', key)))).toBe('200 token')
  })

  it('is not heard at all when its attestations come by the legacy carriage', async () => {
    await restartWith({ legacy: true })
    expect(outcomeOf(await ask(await attest(attester, 'attested', key)))).toBe('401 invalid_client_attestation')
  })
})

describe('whatever comes in the header', () => {
  it('is refused with a code, and never quoted in answer or log', async () => {
    const good = await attest(attester, 'attested', key)
    const [header = '', payload = '', signature = ''] = good.split('.')
    const piece = fc.oneof(fc.constantFrom(header, payload, signature, '', '.', '..', 'e30'), fc.base64String())
    const text = fc.oneof(
      fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('.')),
      fc.string({ minLength: 1, maxLength: 40 }).map((value) => `canary-7f3a${encodeURIComponent(value)}`),
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        fc.pre(value !== good && value.trim() !== '')
        const answer = await ask(value, { client_id: 'attested' })
        expect(outcomeOf(answer)).toBe('401 invalid_client_attestation')
        expect(JSON.stringify(answer.body)).not.toContain('canary')
      }),
      { numRuns: 100 },
    )
    expect(JSON.stringify(world.log)).not.toContain('canary')
    expect(JSON.stringify(world.log)).not.toContain(signature)
  })
})

/** Sends a header twice where it is listed twice, which fetch would not. */
async function sendRaw(url: string, more: OutgoingHttpHeaders, body: string) {
  const headers = { ...more, 'Content-Type': 'application/x-www-form-urlencoded' }
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method: 'POST', headers }, resolve).on('error', reject).end(body)
  })
  const text = Buffer.concat(await incoming.toArray()).toString()
  return { status: incoming.statusCode, error: JSON.parse(text).error }
}
