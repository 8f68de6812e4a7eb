import { createFastVerifier } from '@countersign/core/node'
import { type RevocationKind, revocationKey } from '@countersign/core/wire'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attest, makeAttester, postAttested } from '../../testing/attestation.ts'
import { askFor, detailsOf, notesWithTools } from '../../testing/capabilities.ts'
import { obtainCode } from '../../testing/code-flow.ts'
import {
  ask,
  type ExchangeWorld,
  exchange,
  ownToken,
  startExchangeWorld,
  tokenOf,
} from '../../testing/token-exchange.ts'
import { asClient, asMailServer, inquire, readFeed } from '../../testing/token-inquiry.ts'
import { claimsOf, fetchNonce, makeAssertion, type TokenAnswer } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, USER } from '../../testing/world.ts'
import { ACCESS_TOKEN, TOKEN_EXCHANGE } from '../token-exchange/grant-type.ts'
import type { Variation } from '../variation.ts'

const verifier = createFastVerifier()
const SECRET = 'a secret of forty characters, by machine'

let scene: ExchangeWorld
let notesKey: KeyPair
/** The notes server introspects; its tokens are of the format that is asked for. */
async function start(
  accessTokenFormat: 'jwt' | 'opaque' = 'jwt',
  options = {},
  wrapAdapter: Variation['wrapAdapter'] = (adapter) => adapter,
): Promise<void> {
  notesKey = await makeKey()
  const introspection =
    accessTokenFormat === 'jwt'
      ? { clientId: 'notes-server', jwks: { keys: [notesKey.publicJwk] } }
      : { clientId: 'mail-server', secret: SECRET }
  scene = await startExchangeWorld({
    options: { resources: [{ ...notesWithTools, accessTokenFormat, introspection }], ...options },
    wrapAdapter,
  })
}
const startJwt = () => start()
afterEach(() => scene.world.close())

const inspect = async (token: string) => {
  const credentials = token.includes('.') ? await asClient(scene.world, 'notes-server', notesKey) : asMailServer
  return (await inquire(scene.world, '/introspect', token, credentials)).body
}
const isActive = async (token: string) => (await inspect(token)).active
const claims = (access_token: string) => claimsOf({ status: 200, headers: new Headers(), body: { access_token } })
const keyOf = (kind: RevocationKind, id: string) => revocationKey(verifier, kind, scene.world.issuer, id)
const own = (rest: Record<string, string> = {}) => ownToken(scene.world, scene.orchestrator, rest)
const swap = async (token: string, rest: Record<string, string> = {}, party = scene.orchestrator) =>
  tokenOf(await exchange(scene.world, party, token, rest))
const thumbprintOf = ({ publicJwk }: KeyPair) => calculateJwkThumbprint(publicJwk)

/** What a person allows, as the orchestrator redeems it. */
async function userTokens(params: Record<string, string> = { scope: 'notes:read' }): Promise<TokenAnswer> {
  const { code, verifier: code_verifier } = await obtainCode(scene.world, { client_id: 'orchestrator', ...params })
  const form = { grant_type: 'authorization_code', code, code_verifier, redirect_uri: REDIRECT }
  return ask(scene.world, scene.orchestrator, form)
}
const canRefresh = async ({ body }: TokenAnswer) => {
  const form = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
  return (await ask(scene.world, scene.orchestrator, form)).status === 200
}

describe('one instance of an agent, revoked by its key', () => {
  beforeEach(startJwt)

  it('loses all that is bound to the key, refresh tokens included; another instance goes on', async () => {
    const other = { ...scene.orchestrator, proofKey: await makeKey() }
    const [mine, others, users] = [await own(), await ownToken(scene.world, other), await userTokens()]
    const jkt = await thumbprintOf(scene.orchestrator.proofKey)
    await scene.world.revoke({ agent: jkt })
    expect([await isActive(mine), await isActive(tokenOf(users)), await isActive(others)]).toEqual([false, false, true])
    expect(await canRefresh(users)).toBe(false)
    expect((await readFeed(scene.world)).entries).toMatchObject([{ key: await keyOf('agent', jkt) }])
    expect(scene.world.log).toContainEqual({ type: 'revoked', what: 'agent' })
  })

  it('gets nothing that lives with the same key, and does with a new one', async () => {
    await scene.world.revoke({ agent: await thumbprintOf(scene.orchestrator.proofKey) })
    expect(await isActive(await own())).toBe(false)
    expect(await isActive(await ownToken(scene.world, { ...scene.orchestrator, proofKey: await makeKey() }))).toBe(true)
  })
})

describe('a key that is revoked again', () => {
  afterEach(() => void vi.useRealTimers())

  it('stays so for as long as if it were the first time', async () => {
    await start()
    const jkt = await thumbprintOf(scene.orchestrator.proofKey)
    await scene.world.revoke({ agent: jkt })
    const set = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
    set(3500)
    const token = await own()
    await scene.world.revoke({ agent: jkt })
    set(250)
    expect(await isActive(token)).toBe(false)
  })
})

describe('a refresh token under a revoked key', () => {
  it('is given to nobody who asks afterwards', async () => {
    await start()
    await scene.world.revoke({ agent: await thumbprintOf(scene.orchestrator.proofKey) })
    expect(await userTokens()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('is given to nobody who asked before, and was slow', async () => {
    const revoking: { before?: () => Promise<void> } = {}
    await start('jwt', {}, (adapter) => ({
      ...adapter,
      async upsert(id, payload, expiresIn) {
        if (payload.kind === 'RefreshToken') await revoking.before?.()
        await adapter.upsert(id, payload, expiresIn)
      },
    }))
    const tokens = await userTokens()
    const jkt = await thumbprintOf(scene.orchestrator.proofKey)
    revoking.before = () => scene.world.revoke({ agent: jkt })
    const form = { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) }
    const late = await ask(scene.world, scene.orchestrator, form)
    expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('a capability, revoked by its id', () => {
  beforeEach(startJwt)
  const idIn = (token: string) => String((claims(token).authorization_details as [{ id: string }])[0].id)

  it('takes the tokens that it stands in, and those of all that was narrowed from it', async () => {
    const token = await own({ scope: 'notes:read', ...detailsOf(askFor('write_note', { uses: 3 })) })
    const other = await own({ scope: 'notes:read', ...detailsOf(askFor('write_note', { uses: 3 })) })
    const child = await swap(token, detailsOf(askFor('write_note')))
    const plain = await swap(token, { scope: 'notes:read' })
    await scene.world.revoke({ capability: idIn(token) })
    expect([await isActive(token), await isActive(child)]).toEqual([false, false])
    expect([await isActive(plain), await isActive(other)]).toEqual([true, true])
    expect((await readFeed(scene.world)).entries).toMatchObject([{ key: await keyOf('capability', idIn(token)) }])
  })

  it('leaves its parent', async () => {
    const token = await own(detailsOf(askFor('write_note', { uses: 3 })))
    const child = await swap(token, detailsOf(askFor('write_note')))
    await scene.world.revoke({ capability: idIn(child) })
    expect([await isActive(token), await isActive(child)]).toEqual([true, false])
  })
})

describe.each(['jwt', 'opaque'] as const)('a token (%s) that was exchanged', (format) => {
  beforeEach(() => start(format))
  const jtiOf = async (token: string) => String((await inspect(token)).jti)

  it('is told of like any other', async () => {
    const token = await swap(await own(), { may_act: 'worker', ...detailsOf(askFor('write_note')) })
    expect(await inspect(token)).toMatchObject({
      active: true,
      may_act: { sub: 'worker' },
      derived_from: [expect.any(String)],
      authorization_details: [{ tool: 'write_note' }],
    })
    expect(await inspect(await swap(token, {}, scene.worker))).toMatchObject({
      client_id: 'worker',
      sub: 'orchestrator',
      act: { sub: 'worker', act: { sub: 'orchestrator' } },
      derived_from: [expect.any(String), await jtiOf(token)],
      cnf: { jkt: await thumbprintOf(scene.worker.proofKey) },
    })
  })

  it.each([
    ['the token that it was made from', async (first: string) => ({ token: await jtiOf(first) })],
    ['the client that passed it on', async () => ({ client: 'orchestrator' })],
    ['the client that holds it', async () => ({ client: 'worker' })],
    ['the key of the one that passed it on', async () => ({ agent: await thumbprintOf(scene.orchestrator.proofKey) })],
    ['the key of the one that holds it', async () => ({ agent: await thumbprintOf(scene.worker.proofKey) })],
    ['the one for whom it was issued', async () => ({ subject: 'orchestrator' })],
  ])('falls with %s', async (_name, name) => {
    const first = await own()
    const last = await swap(await swap(first, { may_act: 'worker' }), {}, scene.worker)
    expect(await isActive(last)).toBe(true)
    await scene.world.revoke(await name(first))
    expect(await isActive(last)).toBe(false)
  })

  it('falls with what a person once allowed', async () => {
    const users = await userTokens()
    const last = await swap(await swap(tokenOf(users), { may_act: 'worker' }), {}, scene.worker)
    expect(await inspect(last)).toMatchObject({ active: true, sub: USER.subject, client_id: 'worker' })
    const { status } = await inquire(
      scene.world,
      '/revoke',
      String(users.body.refresh_token),
      await asClient(scene.world, 'orchestrator', scene.orchestrator.assertionKey),
    )
    expect(status).toBe(200)
    expect(await isActive(last)).toBe(false)
  })

  it('does not take with it what it was made from', async () => {
    const first = await own()
    const last = await swap(first, { scope: 'notes:read' })
    await scene.world.revoke({ token: await jtiOf(last) })
    expect([await isActive(first), await isActive(last)]).toEqual([true, false])
  })

  it('is none for a person who is gone', async () => {
    const users = tokenOf(await userTokens())
    await scene.world.revoke({ subject: USER.subject })
    expect((await exchange(scene.world, scene.orchestrator, users)).body.error).toBe('invalid_grant')
  })
})

describe('what an agent was attested to be', () => {
  it('is not passed on: an exchanged token tells of the agent that asked for it, if that was attested', async () => {
    const attester = await makeAttester()
    await start('jwt', { trust: attester.trust })
    const { world, orchestrator } = scene
    const { proofKey, assertionKey } = orchestrator
    const show = async (form: Record<string, string>, attestation?: string) => {
      const assertion = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await makeAssertion(world.issuer, 'orchestrator', assertionKey),
      }
      const shown = { key: proofKey, nonce: await fetchNonce(world), ...(attestation !== undefined && { attestation }) }
      return tokenOf(await postAttested(world, { ...assertion, ...form }, shown))
    }
    const attestation = await attest(attester, 'orchestrator', proofKey)
    const first = await show({ grant_type: 'client_credentials', resource: NOTES, scope: 'notes:read' }, attestation)
    const form = { grant_type: TOKEN_EXCHANGE, subject_token: first, subject_token_type: ACCESS_TOKEN }
    expect(claims(first).agent).toBeDefined()
    expect(claims(await show(form)).agent).toBeUndefined()
    expect(claims(await show(form, attestation)).agent).toMatchObject({ key: attester.thumbprint })
  })
})
