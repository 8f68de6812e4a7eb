import { hash } from 'node:crypto'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { obtainCode, redeemCode } from '../../testing/code-flow.ts'
import {
  asClient,
  asDesktop,
  asMailServer,
  forMail,
  inquire,
  introspectedResources,
} from '../../testing/token-inquiry.ts'
import { claimsOf, fetchNonce, requestAgentToken } from '../../testing/token-request.ts'
import { type KeyPair, MAIL, makeKey, NOTES, startWorld, USER, type World } from '../../testing/world.ts'

let world: World
let notesKey: KeyPair
let key: KeyPair
let nonce: string
beforeAll(async () => {
  notesKey = await makeKey()
  const clients = [
    {
      clientId: 'desktop',
      grants: ['authorization_code', 'refresh_token'] as const,
      public: true,
      redirectUris: ['http://127.0.0.1/callback'],
      scopes: ['notes:read', 'mail:send'],
    },
    {
      clientId: 'agent',
      grants: ['client_credentials'] as const,
      jwks: { keys: [] as object[] },
      scopes: ['notes:read', 'mail:send'],
    },
    {
      clientId: 'other',
      grants: ['client_credentials'] as const,
      jwks: { keys: [notesKey.publicJwk] },
      scopes: ['notes:read'],
    },
  ]
  const agentKey = await makeKey()
  clients[1]?.jwks?.keys.push(agentKey.publicJwk)
  world = { ...(await startWorld({ options: { ...introspectedResources(notesKey), clients } })), agentKey }
  key = await makeKey()
  nonce = await fetchNonce(world)
})
afterAll(() => world.close())
afterEach(() => {
  vi.useRealTimers()
})

const asNotesServer = () => asClient(world, 'notes-server', notesKey)
const agentToken = async (rest: Record<string, string>) =>
  String((await requestAgentToken(world, rest)).body.access_token)
const userTokens = async (params: Record<string, string>) =>
  (
    await redeemCode(world, await obtainCode(world, params), {
      key,
      nonce,
      form: { resource: params.resource ?? NOTES },
    })
  ).body

describe('introspection (RFC 7662)', () => {
  it(`${verifies('RFC7662-2.2-1')} of a JWT says what stands in it`, async () => {
    const answer = await requestAgentToken(world, { resource: NOTES, scope: 'notes:read' })
    const claims = claimsOf(answer)
    const { status, headers, body } = await inquire(
      world,
      '/introspect',
      String(answer.body.access_token),
      await asNotesServer(),
    )
    expect(status).toBe(200)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(body).toEqual({
      active: true,
      iss: world.issuer,
      aud: NOTES,
      sub: 'agent',
      client_id: 'agent',
      exp: claims.exp,
      iat: claims.iat,
      scope: 'notes:read',
      token_type: 'DPoP',
      cnf: { jkt: await calculateJwkThumbprint(world.agentKey.publicJwk) },
      jti: claims.jti,
    })
  })

  it('of an opaque token says the same, and names it by its digest', async () => {
    const token = await agentToken(forMail)
    expect(token).toMatch(/^[\w-]{43}$/)
    const { body } = await inquire(world, '/introspect', token, asMailServer)
    expect(body).toEqual({
      active: true,
      iss: world.issuer,
      aud: MAIL,
      sub: 'agent',
      client_id: 'agent',
      exp: expect.any(Number),
      iat: expect.any(Number),
      scope: 'mail:send',
      token_type: 'DPoP',
      cnf: { jkt: await calculateJwkThumbprint(world.agentKey.publicJwk) },
      jti: hash('sha256', token, 'base64url'),
    })
    expect(Number(body.exp) - Number(body.iat)).toBe(300)
  })

  it('names the grant of a token that a person gave, in the JWT and in both answers', async () => {
    const notes = String((await userTokens({ resource: NOTES, scope: 'notes:read' })).access_token)
    const mail = String((await userTokens(forMail)).access_token)
    const notesAnswer = await inquire(world, '/introspect', notes, await asNotesServer())
    const mailAnswer = await inquire(world, '/introspect', mail, asMailServer)
    for (const { body } of [notesAnswer, mailAnswer]) {
      expect(body).toMatchObject({ active: true, sub: USER.subject, client_id: 'desktop', token_type: 'DPoP' })
      expect(body.grant_id).toMatch(/^[\w-]{43}$/)
    }
    expect(claimsOf({ body: { access_token: notes } } as never).grant_id).toBe(notesAnswer.body.grant_id)
    expect(mailAnswer.body.grant_id).not.toBe(notesAnswer.body.grant_id)
  })

  it(`${verifies('RFC7662-4-1')} tells a resource server of its own tokens alone`, async () => {
    const notes = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const mail = await agentToken(forMail)
    const tokens = await userTokens({ resource: NOTES, scope: 'notes:read' })
    expect((await inquire(world, '/introspect', mail, await asNotesServer())).body).toEqual({ active: false })
    for (const token of [notes, String(tokens.access_token), String(tokens.refresh_token)]) {
      expect((await inquire(world, '/introspect', token, asMailServer)).body).toEqual({ active: false })
    }
    const refresh = await inquire(world, '/introspect', String(tokens.refresh_token), await asNotesServer())
    expect(refresh.body).toEqual({ active: false })
  })

  it('tells any other client of its own tokens, when it proves who it is', async () => {
    const token = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const own = await inquire(world, '/introspect', token, await asClient(world, 'agent', world.agentKey))
    expect(own.body).toMatchObject({ active: true, client_id: 'agent' })
    const stranger = await inquire(world, '/introspect', token, await asClient(world, 'other', notesKey))
    expect(stranger.body).toEqual({ active: false })
    const { access_token, refresh_token } = await userTokens({ resource: NOTES, scope: 'notes:read' })
    for (const public_ of [access_token, refresh_token]) {
      expect((await inquire(world, '/introspect', String(public_), asDesktop)).body).toEqual({ active: false })
    }
  })

  it(`${verifies('RFC7662-2.1-1')} is for clients that are known, as who they are`, async () => {
    const token = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const wrong = { headers: { Authorization: `Basic ${btoa('mail-server:another secret of forty characters')}` } }
    const foreignKey = await asClient(world, 'notes-server', key)
    const asSecret = { headers: { Authorization: `Basic ${btoa('notes-server:x')}` } }
    for (const credentials of [wrong, foreignKey, asSecret, { form: { client_id: 'notes-server' } }]) {
      const { status, body } = await inquire(world, '/introspect', token, credentials)
      expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
    }
    expect(await inquire(world, '/introspect', token, {})).toMatchObject({ status: 400 })
  })

  it('takes an assertion once', async () => {
    const token = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const credentials = await asNotesServer()
    expect((await inquire(world, '/introspect', token, credentials)).body.active).toBe(true)
    expect(await inquire(world, '/introspect', token, credentials)).toMatchObject({ status: 401 })
  })

  it('opens no other endpoint to a resource server', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...forMail })
    const response = await fetch(`${world.issuer}/token`, { method: 'POST', body: form, ...asMailServer })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('whatever is said of the type of the token', async () => {
    const jwt = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const opaque = await agentToken(forMail)
    for (const token_type_hint of ['access_token', 'refresh_token', 'something']) {
      const first = await inquire(world, '/introspect', jwt, await asNotesServer(), { token_type_hint })
      const second = await inquire(world, '/introspect', opaque, asMailServer, { token_type_hint })
      expect([first.body.active, second.body.active], token_type_hint).toEqual([true, true])
    }
  })
})

describe('introspection finds inactive (RFC 7662 §2.2)', () => {
  const isActive = async (token: string) =>
    (await inquire(world, '/introspect', token, await asNotesServer())).body.active

  it('what is no token, or not of this server', async () => {
    const token = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const claims = { ...claimsOf({ body: { access_token: token } } as never) }
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
      .sign((await makeKey()).privateKey)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const noTokens = [
      forged,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature}=`,
      `${header}.${Buffer.from(JSON.stringify({ ...claims, scope: 'notes:delete' })).toString('base64url')}.${signature}`,
      `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')}.${payload}.`,
      `jwt:${token.slice(1)}`,
      'jwt:',
      '..',
      'x'.repeat(9000),
      'é\u0000',
    ]
    for (const noToken of noTokens) expect(await isActive(noToken), noToken.slice(0, 40)).toBe(false)
    expect(await isActive(token)).toBe(true)
  })

  it('a client assertion and a proof, though they are JWTs', async () => {
    const { form } = await asNotesServer()
    expect(await isActive(form?.client_assertion ?? '')).toBe(false)
  })

  it('what has expired, of either format', async () => {
    const jwt = await agentToken({ resource: NOTES, scope: 'notes:read' })
    const opaque = await agentToken(forMail)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 300_000 })
    expect(await isActive(jwt)).toBe(false)
    expect((await inquire(world, '/introspect', opaque, asMailServer)).body).toEqual({ active: false })
  })

  it('what was asked for twice in one request, or not at all', async () => {
    const { form = {} } = await asNotesServer()
    const body = new URLSearchParams([...Object.entries(form), ['token', 'a'], ['token', 'b']])
    const twice = await fetch(`${world.issuer}/introspect`, { method: 'POST', body })
    expect(twice.status).toBe(400)
    expect(await inquire(world, '/introspect', '', await asNotesServer())).toMatchObject({ status: 400 })
    expect((await fetch(`${world.issuer}/introspect`)).status).toBe(405)
  })
})

describe('the metadata', () => {
  it('never says that tokens are issued to a secret', async () => {
    const response = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
      introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
    })
  })
})
