import { createFastVerifier } from '@countersign/core/node'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { slowStores } from '../../testing/slow-store.ts'
import {
  asClient,
  asDesktop,
  asMailServer,
  type Credentials,
  forMail,
  inquire,
  introspectedResources,
  readFeed,
} from '../../testing/token-inquiry.ts'
import { claimsOf, fetchNonce, requestAgentToken } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, startWorld, USER, type World } from '../../testing/world.ts'
import type { Revocation } from '../configuration/options.ts'

const verifier = createFastVerifier()
const scopes = ['notes:read', 'notes:write', 'mail:send']
const now = () => Math.floor(Date.now() / 1000)
const setTime = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: time * 1000 })

let world: World
let notesKey: KeyPair
let key: KeyPair
let nonce: string
const clientsOf = (agentKey: KeyPair) => [
  { clientId: 'agent', grants: ['client_credentials'] as const, jwks: { keys: [agentKey.publicJwk] }, scopes },
  {
    clientId: 'desktop',
    grants: ['authorization_code', 'refresh_token'] as const,
    public: true,
    redirectUris: ['http://127.0.0.1/callback'],
    scopes,
  },
]
async function start(variation = {}): Promise<void> {
  notesKey = await makeKey()
  const agentKey = await makeKey()
  const options = { ...introspectedResources(notesKey), clients: clientsOf(agentKey) }
  world = { ...(await startWorld({ options, ...variation })), agentKey }
  key = await makeKey()
  nonce = await fetchNonce(world)
}
beforeEach(() => start())
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const forNotes = { resource: NOTES, scope: 'notes:read' }
const userTokens = async (params: Record<string, string> = forNotes) => {
  const form = { resource: params.resource ?? NOTES }
  const { body } = await redeemCode(world, await obtainCode(world, params), { key, nonce, form })
  return { access: String(body.access_token), refresh: String(body.refresh_token) }
}
const agentToken = async (rest: Record<string, string> = forNotes) =>
  String((await requestAgentToken(world, rest)).body.access_token)
const isActive = async (token: string, mail?: Credentials) => {
  const credentials = mail ?? (await asClient(world, 'notes-server', notesKey))
  return (await inquire(world, '/introspect', token, credentials)).body.active
}
const asAgent = () => asClient(world, 'agent', world.agentKey)
const canRefresh = async (token: string) => (await refresh(world, token, { key, nonce })).status === 200
const keyOf = (kind: RevocationKind, id: unknown) => revocationKey(verifier, kind, world.issuer, String(id))
const claims = (access_token: string) => claimsOf({ status: 200, headers: new Headers(), body: { access_token } })

describe('revocation by its client (RFC 7009)', () => {
  it(`${verifies('RFC7009-2.1-1')} ends an access token of either format, and that alone`, async () => {
    const [jwt, opaque] = [await agentToken(), await agentToken(forMail)]
    for (const token of [jwt, opaque]) {
      const answer = await inquire(world, '/revoke', token, await asAgent())
      expect(answer).toMatchObject({ status: 200, body: {} })
    }
    expect([await isActive(jwt), await isActive(opaque, asMailServer)]).toEqual([false, false])
    expect([await isActive(await agentToken()), await isActive(await agentToken(forMail), asMailServer)]).toEqual([
      true,
      true,
    ])
    const { entries } = await readFeed(world)
    expect(entries.map((entry) => entry.sequence)).toEqual([1, 2])
    expect(entries[0]).toMatchObject({
      key: await keyOf('token', claims(jwt).jti),
      until: Number(claims(jwt).exp) + 60,
    })
  })

  it.each([
    ['a JWT', forNotes],
    ['an opaque token', forMail],
  ])('of %s leaves the grant that it stands on', async (_format, params) => {
    const tokens = await userTokens(params)
    expect((await inquire(world, '/revoke', tokens.access, asDesktop)).status).toBe(200)
    expect(await isActive(tokens.access, params === forMail ? asMailServer : undefined)).toBe(false)
    expect(await canRefresh(tokens.refresh)).toBe(true)
  })

  it.each([
    ['JWTs', forNotes],
    ['opaque tokens', forMail],
  ])('of a refresh token ends its whole grant, live %s included', async (_format, params) => {
    const mail = params === forMail ? asMailServer : undefined
    const [first, other] = [await userTokens(params), await userTokens(params)]
    const second = await refresh(world, first.refresh, { key, nonce, form: { resource: params.resource } })
    expect(await isActive(String(second.body.access_token), mail)).toBe(true)
    const hint = { token_type_hint: 'refresh_token' }
    expect((await inquire(world, '/revoke', String(second.body.refresh_token), asDesktop, hint)).status).toBe(200)
    expect(await canRefresh(String(second.body.refresh_token))).toBe(false)
    expect(await isActive(first.access, mail)).toBe(false)
    expect(await isActive(String(second.body.access_token), mail)).toBe(false)
    expect([await isActive(other.access, mail), await canRefresh(other.refresh)]).toEqual([true, true])
    if (mail === undefined) {
      const [entry] = (await readFeed(world)).entries
      expect(entry?.key).toBe(await keyOf('grant', claims(first.access).grant_id))
    }
  })

  it('of a refresh token that was used before ends its grant too, and is no sign of theft', async () => {
    const first = await userTokens()
    const second = await refresh(world, first.refresh, { key, nonce })
    expect((await inquire(world, '/revoke', first.refresh, asDesktop)).status).toBe(200)
    expect(await canRefresh(String(second.body.refresh_token))).toBe(false)
    expect(world.log.filter(({ type }) => type === 'family_revoked')).toEqual([])
  })

  it('leaves what belongs to others', async () => {
    const [agents, persons] = [await agentToken(), await userTokens()]
    expect(await inquire(world, '/revoke', agents, asDesktop)).toMatchObject({ status: 200 })
    for (const token of [persons.access, persons.refresh]) {
      expect(await inquire(world, '/revoke', token, await asAgent())).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
    }
    expect([await isActive(agents), await isActive(persons.access)]).toEqual([true, true])
    expect(await canRefresh(persons.refresh)).toBe(true)
    expect((await readFeed(world)).sequence).toBe(0)
  })

  it(`${verifies('RFC7009-2.2-1')} of what is not there, or twice, succeeds and is counted once`, async () => {
    const token = await agentToken()
    for (const each of [token, token, `${token.slice(0, -8)}AAAAAAAA`, 'nothing', 'a.b.c']) {
      expect((await inquire(world, '/revoke', each, await asAgent())).status).toBe(200)
    }
    expect((await readFeed(world)).sequence).toBe(1)
  })

  it('is for clients that are known, as who they are', async () => {
    const token = await agentToken()
    expect((await inquire(world, '/revoke', token, { form: { client_id: 'agent' } })).status).toBe(401)
    expect((await inquire(world, '/revoke', token, await asClient(world, 'agent', key))).status).toBe(401)
    expect((await fetch(`${world.issuer}/revoke`)).status).toBe(405)
    expect(await isActive(token)).toBe(true)
  })
})

describe.each([
  ['SQLite', {}],
  ['a store that takes 5 ms', slowStores(5)],
])('reuse ends the family and its live access tokens, on %s', (_store, variation) => {
  beforeEach(async () => {
    await world.close()
    await start(variation)
  })

  it('of a refresh token under another key', async () => {
    const first = await userTokens()
    const second = await refresh(world, first.refresh, { key, nonce })
    await refresh(world, first.refresh, { key: await makeKey(), nonce })
    expect(await isActive(first.access)).toBe(false)
    expect(await isActive(String(second.body.access_token))).toBe(false)
    const { entries } = await readFeed(world)
    expect(entries.map((entry) => entry.key)).toEqual([await keyOf('grant', claims(first.access).grant_id)])
  })

  it('of a code', async () => {
    const obtained = await obtainCode(world, forNotes)
    const { body } = await redeemCode(world, obtained, { key, nonce })
    const access = String(body.access_token)
    expect(await isActive(access)).toBe(true)
    await redeemCode(world, obtained, { key, nonce })
    expect(await isActive(access)).toBe(false)
    expect((await readFeed(world)).entries[0]?.key).toBe(await keyOf('grant', claims(access).grant_id))
  })

  it('of a code by many at once: the one token that was issued is dead on arrival', async () => {
    const obtained = await obtainCode(world, forNotes)
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeemCode(world, obtained, { key, nonce })))
    const [winner, ...others] = answers.filter(({ status }) => status === 200)
    expect(others).toEqual([])
    expect(await isActive(String(winner?.body.access_token))).toBe(false)
    expect(await canRefresh(String(winner?.body.refresh_token))).toBe(false)
  })
})

describe('revocation by the operator', () => {
  it('ends one access token, by its jti', async () => {
    const [jwt, opaque, other] = [await agentToken(), await agentToken(forMail), await agentToken()]
    await world.revoke({ token: String(claims(jwt).jti) })
    const { body } = await inquire(world, '/introspect', opaque, asMailServer)
    await world.revoke({ token: String(body.jti) })
    expect([await isActive(jwt), await isActive(opaque, asMailServer), await isActive(other)]).toEqual([
      false,
      false,
      true,
    ])
  })

  it('ends one grant, by its grant_id', async () => {
    const [tokens, other] = [await userTokens(), await userTokens()]
    await world.revoke({ grant: String(claims(tokens.access).grant_id) })
    expect([await isActive(tokens.access), await canRefresh(tokens.refresh)]).toEqual([false, false])
    expect([await isActive(other.access), await canRefresh(other.refresh)]).toEqual([true, true])
  })

  it('ends all that a client got so far, for itself or for people, and lets it ask again', async () => {
    const [tokens, mail] = [await userTokens(), await userTokens(forMail)]
    const [agents, code] = [await agentToken(), await obtainCode(world, forNotes)]
    await world.revoke({ client: 'desktop' })
    expect([await isActive(tokens.access), await canRefresh(tokens.refresh)]).toEqual([false, false])
    expect([await isActive(mail.access, asMailServer), await canRefresh(mail.refresh)]).toEqual([false, false])
    expect((await redeemCode(world, code, { key, nonce })).body.error).toBe('invalid_grant')
    expect(await isActive(agents)).toBe(true)
    const { entries } = await readFeed(world)
    expect(entries[0]?.key).toBe(await keyOf('client', 'desktop'))
    setTime((entries[0]?.before ?? 0) + 1)
    const again = await userTokens()
    expect([await isActive(again.access), await canRefresh(again.refresh)]).toEqual([true, true])
  })

  it('ends all that was issued for a person, and their sessions', async () => {
    const tokens = await userTokens()
    const attempt = startAttempt(world, forNotes)
    const consent = await logIn(attempt)
    await world.revoke({ subject: USER.subject })
    expect([await isActive(tokens.access), await canRefresh(tokens.refresh)]).toEqual([false, false])
    const late = await attempt.browser.submit(consent, 'approve')
    expect({ status: late.status, code: late.url.searchParams.get('code') }).toEqual({ status: 400, code: null })
    const anew = await attempt.browser.open(attempt.url)
    expect(anew.text).toContain('name="password"')
    expect(await isActive(await agentToken())).toBe(true)
  })

  it('names one thing', async () => {
    const wrong = [{}, { token: '' }, { jti: 'a' }, { token: 'a', grant: 'b' }, { client: 1 }] as unknown[]
    for (const what of wrong) await expect(world.revoke(what as Revocation)).rejects.toThrow(TypeError)
    expect((await readFeed(world)).sequence).toBe(0)
  })

  it('is told to the log, without saying whose', async () => {
    await world.revoke({ client: 'desktop' })
    expect(world.log.at(-1)).toEqual({ type: 'revoked', what: 'client' })
  })

  it('holds for what was issued until the next full second, and for nothing after', async () => {
    const time = now() + 60
    setTime(time + 0.25)
    const early = await agentToken()
    await world.revoke({ client: 'agent' })
    expect((await readFeed(world)).entries).toMatchObject([{ before: time + 1 }])
    setTime(time + 1.9)
    const inTheSameSecond = await agentToken()
    setTime(time + 2)
    expect([await isActive(early), await isActive(inTheSameSecond), await isActive(await agentToken())]).toEqual([
      false,
      false,
      true,
    ])
  })
})
