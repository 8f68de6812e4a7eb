import { createStaticKeyRing } from '@countersign/attestation/trust'
import { type KeyRing, refuse } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { obtainCode } from '../../testing/code-flow.ts'
import { asDesktop, inquire } from '../../testing/token-inquiry.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeAssertion,
  makeTokenProof,
  postToken,
  type TokenAnswer,
} from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, startWorld, type World } from '../../testing/world.ts'

const SPIFFE_ID = 'spiffe://example.org/agents/notes'
const SVID_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-spiffe'

let world: World
let domainKey: KeyPair
let key: KeyPair
let ring: KeyRing

beforeEach(async () => {
  domainKey = await makeKey('ES256')
  ring = createStaticKeyRing(createFastVerifier(), { keys: [{ ...domainKey.publicJwk, kid: 'k1' }] })
  const machine = { grants: ['client_credentials'], scopes: ['notes:read'], authentication: 'spiffe' } as const
  world = await startWorld({
    clients: [
      { ...machine, clientId: 'workload', spiffeId: SPIFFE_ID },
      { ...machine, clientId: 'other-workload', spiffeId: 'spiffe://example.org/agents/mail' },
    ],
    options: { spiffe: [{ trustDomain: 'example.org', keys: { find: (...asked) => ring.find(...asked) } }] },
  })
  key = await makeKey()
})
afterEach(() => world.close())

const now = () => Math.floor(Date.now() / 1000)
const makeSvid = (
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
  signer = domainKey,
) =>
  new SignJWT({ sub: SPIFFE_ID, aud: [world.issuer], exp: now() + 60, ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JWT', ...header })
    .sign(signer.privateKey)
const svidForm = (client_assertion: string) => ({ client_assertion_type: SVID_TYPE, client_assertion })
const ask = async (svid: string, more: Record<string, string> = {}): Promise<TokenAnswer> => {
  const nonce = await fetchNonce(world)
  const form = { grant_type: 'client_credentials', scope: 'notes:read', resource: NOTES, ...svidForm(svid), ...more }
  return postToken(world.issuer, form, { DPoP: await makeTokenProof(world.issuer, key, { nonce }) })
}
const outcomeOf = ({ status, body }: TokenAnswer) => `${status} ${body.error ?? 'token'}`

describe('a client that proves itself with a JWT-SVID (spiffe_jwt)', () => {
  it('gets a bound token as the client that the workload is, with or without its client_id', async () => {
    const svid = await makeSvid()
    const answer = await ask(svid)
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
    expect(claimsOf(answer)).toMatchObject({ client_id: 'workload', sub: 'workload' })
    expect(outcomeOf(await ask(svid, { client_id: 'workload' }))).toBe('200 token')
  })

  it('gets nothing that is not bound to a key: whoever holds an SVID can show it', async () => {
    const form = {
      grant_type: 'client_credentials',
      scope: 'notes:read',
      resource: NOTES,
      ...svidForm(await makeSvid()),
    }
    expect(outcomeOf(await postToken(world.issuer, form))).toBe('400 invalid_dpop_proof')
  })

  it.each<[string, Record<string, unknown>]>([
    ['that is past', { exp: 1 }],
    ['without an end', { exp: undefined }],
    ['for another server', { aud: 'https://other.example' }],
    ['for several servers', { aud: 'several' }],
    ['of another workload', { sub: 'spiffe://example.org/agents/mail' }],
    ['of another trust domain', { sub: 'spiffe://evil.example/agents/notes' }],
    ['of a workload that nobody knows', { sub: 'spiffe://example.org/agents/none' }],
    ['of nobody', { sub: undefined }],
  ])('is refused with one %s', async (_which, claims) => {
    const aud = claims.aud === 'several' ? { aud: [world.issuer, 'https://other.example'] } : {}
    const svid = await makeSvid({ ...claims, ...aud })
    expect(outcomeOf(await ask(svid, { client_id: 'workload' }))).toBe('401 invalid_client')
  })

  it('is refused with one that others signed, of another type, or that is none', async () => {
    for (const svid of [
      await makeSvid({}, {}, await makeKey('ES256')),
      await makeSvid({}, { kid: 'k2' }),
      await makeSvid({}, { typ: 'at+jwt' }),
      'nonsense',
    ]) {
      expect(outcomeOf(await ask(svid, { client_id: 'workload' }))).toBe('401 invalid_client')
    }
  })

  it('is refused without one, by its id or by an assertion of its own', async () => {
    const nonce = await fetchNonce(world)
    const send = async (form: Record<string, string>) =>
      outcomeOf(await postToken(world.issuer, form, { DPoP: await makeTokenProof(world.issuer, key, { nonce }) }))
    expect(await send({ grant_type: 'client_credentials', client_id: 'workload' })).toBe('401 invalid_client')
    expect(await send(await assertionForm(world.issuer, 'workload', domainKey))).toBe('401 invalid_client')
    expect(await send({ grant_type: 'client_credentials', client_assertion_type: SVID_TYPE })).toBe(
      '400 invalid_request',
    )
    const form = { grant_type: 'client_credentials', ...svidForm(await makeSvid()) }
    const Authorization = `Basic ${btoa('workload:secret')}`
    expect(outcomeOf(await postToken(world.issuer, form, { Authorization }))).toBe('400 invalid_request')
  })

  it('cannot be told right now while the keys of its trust domain are away', async () => {
    ring = { find: async () => refuse('keys_unavailable') }
    expect(await ask(await makeSvid())).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
  })

  it('is who it is at introspection and revocation, too', async () => {
    const answer = await ask(await makeSvid())
    const token = String(answer.body.access_token)
    const credentials = { form: svidForm(await makeSvid()) }
    expect((await inquire(world, '/introspect', token, credentials)).body).toMatchObject({ active: true })
    expect((await inquire(world, '/introspect', token, { form: { client_id: 'workload' } })).status).toBe(401)
    expect((await inquire(world, '/revoke', token, { form: { client_id: 'workload' } })).status).toBe(401)
    expect((await inquire(world, '/revoke', token, credentials)).status).toBe(200)
    expect((await inquire(world, '/introspect', token, credentials)).body).toEqual({ active: false })
  })
})

describe('a client that proves itself otherwise', () => {
  it('is not helped by an SVID, nor let through with one that nobody judged', async () => {
    for (const clientId of ['desktop', 'agent']) {
      expect(outcomeOf(await ask(await makeSvid(), { client_id: clientId })), clientId).toBe('401 invalid_client')
    }
    const { code, verifier } = await obtainCode(world)
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT }
    expect(outcomeOf(await ask(await makeSvid(), { ...form, client_id: 'desktop' }))).toBe('401 invalid_client')
    expect((await inquire(world, '/revoke', 'x', asDesktop)).status).toBe(200)
  })

  it('cannot pass an assertion of its own off as an SVID', async () => {
    const assertion = await makeAssertion(world.issuer, 'agent', world.agentKey)
    expect(outcomeOf(await ask(assertion, { client_id: 'agent' }))).toBe('401 invalid_client')
  })
})
