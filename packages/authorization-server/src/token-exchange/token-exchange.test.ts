import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { askFor, detailsOf, notesWithTools } from '../../testing/capabilities.ts'
import {
  ask,
  type ExchangeWorld,
  exchange,
  ownToken,
  type Party,
  startExchangeWorld,
  tokenOf,
} from '../../testing/token-exchange.ts'
import { claimsOf, fetchNonce, makeAssertion, makeTokenProof, postToken } from '../../testing/token-request.ts'
import { MAIL, mailResource, makeKey, NOTES } from '../../testing/world.ts'
import { ACCESS_TOKEN, TOKEN_EXCHANGE } from './grant-type.ts'

let scene: ExchangeWorld
beforeAll(async () => {
  scene = await startExchangeWorld({ options: { resources: [notesWithTools, mailResource] } })
})
afterAll(() => scene.world.close())

const own = (rest: Record<string, string> = {}) =>
  ownToken(scene.world, scene.orchestrator, { resource: NOTES, ...rest })
const swap = (token: string, rest: Record<string, string> = {}, party = scene.orchestrator) =>
  exchange(scene.world, party, token, rest)
const delegate = async (rest: Record<string, string> = {}) =>
  tokenOf(await swap(await own(), { may_act: 'worker', ...rest }))
const claims = (access_token: string) => claimsOf({ status: 200, headers: new Headers(), body: { access_token } })
const thumbprint = ({ proofKey }: ExchangeWorld['worker']) => calculateJwkThumbprint(proofKey.publicJwk)

describe('a token of one’s own', () => {
  it(`${verifies('RFC8693-2.2.1-1')} is exchanged for one with fewer scopes, which falls with it and lives no longer`, async () => {
    const token = await own()
    const answer = await swap(token, { scope: 'notes:read' })
    expect(answer).toMatchObject({
      status: 200,
      body: { issued_token_type: ACCESS_TOKEN, token_type: 'DPoP', scope: 'notes:read' },
    })
    expect(answer.body).not.toHaveProperty('refresh_token')
    const { iat, exp, jti, ...rest } = claimsOf(answer)
    expect(rest).toEqual({
      iss: scene.world.issuer,
      aud: NOTES,
      sub: 'orchestrator',
      client_id: 'orchestrator',
      scope: 'notes:read',
      cnf: { jkt: await thumbprint(scene.orchestrator) },
      derived_from: [claims(token).jti],
    })
    expect(exp).toBeLessThanOrEqual(Number(claims(token).exp))
    expect(jti).not.toBe(claims(token).jti)
    expect(iat).toBeGreaterThanOrEqual(Number(claims(token).iat))
  })

  it('is copied as it is where nothing is named, capabilities with their ids included', async () => {
    const token = await own(detailsOf(askFor('write_note')))
    const copy = claimsOf(await swap(token))
    expect([copy.scope, copy.authorization_details]).toEqual([claims(token).scope, claims(token).authorization_details])
  })

  it('gives for a scope a capability of a tool that needs nobody’s approval, and no scope', async () => {
    const { scope, authorization_details: details } = claimsOf(
      await swap(await own(), detailsOf(askFor('write_note', { uses: 3, seconds: 120 }))),
    )
    expect(scope).toBeUndefined()
    expect(details).toMatchObject([{ tool: 'write_note', uses: 3, arguments: { '/note_id': { equals: 42 } } }])
    expect(details).not.toMatchObject([{ ancestors: expect.anything() }])
  })

  it('gives for a capability a narrower one, which counts against it', async () => {
    const token = await own({ scope: 'notes:read', ...detailsOf(askFor('write_note', { uses: 3 })) })
    const answer = claimsOf(await swap(token, detailsOf(askFor('write_note', { uses: 2, seconds: 10 }))))
    const [parent] = claims(token).authorization_details as [{ id: string; expires: number }]
    expect(answer.authorization_details).toMatchObject([
      { uses: 2, ancestors: [{ id: parent.id, uses: 3, expires: parent.expires }] },
    ])
  })

  it('is not copied for a list of details with nothing in it: that is nothing, and not all there is', async () => {
    const { scope, authorization_details: details } = claimsOf(await swap(await own(), { authorization_details: '[]' }))
    expect([scope, details]).toEqual([undefined, undefined])
  })

  it.each<[string, Record<string, string>, string]>([
    ['a scope that it lacks', { scope: 'notes:read notes:write' }, 'invalid_scope'],
    ['a scope that there is not', { scope: 'notes:burn' }, 'invalid_scope'],
    ['another resource', { resource: MAIL }, 'invalid_target'],
    ['another audience', { audience: MAIL }, 'invalid_target'],
    ['its resource and another audience', { resource: NOTES, audience: MAIL }, 'invalid_target'],
    ['an unknown audience', { audience: 'notes' }, 'invalid_target'],
    ['a tool whose scope it lacks', detailsOf(askFor('write_note')), 'invalid_authorization_details'],
    ['an unknown tool', detailsOf(askFor('drop_notes')), 'invalid_authorization_details'],
    [
      'a capability for another resource',
      detailsOf(askFor('read_notes', { locations: [MAIL] })),
      'invalid_authorization_details',
    ],
    ['a tool that a person has to be asked about', detailsOf(askFor('delete_note')), 'approval_required'],
    ['somebody to act that it may not name', { may_act: 'stranger' }, 'invalid_request'],
    ['itself to act', { may_act: 'orchestrator' }, 'invalid_request'],
    ['an actor by token', { actor_token: 'x', actor_token_type: ACCESS_TOKEN }, 'invalid_request'],
    ['a refresh token', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'invalid_request'],
    ['a token of another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'invalid_request'],
    ['nothing', { subject_token: '' }, 'invalid_request'],
    ['two audiences', { audience: NOTES, resource: NOTES }, ''],
  ])(`${verifies('RFC8693-2.1-1', 'RFC8693-2.2.2-1')} is not exchanged for %s`, async (_name, rest, error) => {
    const token = await own({ scope: 'notes:read notes:delete' })
    const { status, body } = await swap(token, rest)
    expect({ status, error: body.error ?? '' }).toEqual({ status: error === '' ? 200 : 400, error })
  })
})

describe('a capability that is exchanged', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another note', { arguments: { '/note_id': { equals: 99 } } }],
    ['more uses', { uses: 3 }],
    ['an argument less pinned', { arguments: { '/note_id': { equals: 42 }, '/text': { prefix: '' } } }],
  ])('is not widened to %s', async (_name, members) => {
    const token = await own({ scope: 'notes:read', ...detailsOf(askFor('write_note', { uses: 2 })) })
    const { body } = await swap(token, detailsOf(askFor('write_note', members)))
    expect(body.error).toBe('invalid_authorization_details')
  })
})

describe('a token that names another client in may_act', () => {
  it(`${verifies('RFC8693-4.1-1')} is exchanged by that client, under its own key, for what both may have`, async () => {
    const token = await delegate()
    expect(claims(token).may_act).toEqual({ sub: 'worker' })
    const answer = await swap(token, {}, scene.worker)
    const { iat: _iat, exp, jti: _jti, ...rest } = claimsOf(answer)
    expect(rest).toEqual({
      iss: scene.world.issuer,
      aud: NOTES,
      sub: 'orchestrator',
      client_id: 'worker',
      scope: 'notes:read notes:write',
      cnf: { jkt: await thumbprint(scene.worker) },
      act: { sub: 'worker', act: { sub: 'orchestrator' } },
      derived_from: [...(claims(token).derived_from as string[]), claims(token).jti],
      derived_keys: [await thumbprint(scene.orchestrator)],
    })
    expect(exp).toBeLessThanOrEqual(Number(claims(token).exp))
  })

  it('gives capabilities an id of their own, and their parents’ counts', async () => {
    const token = await delegate(detailsOf(askFor('write_note', { uses: 3 })))
    const [parent] = claims(token).authorization_details as [{ id: string }]
    for (const rest of [{}, detailsOf(askFor('write_note'))]) {
      const [child] = claimsOf(await swap(token, rest, scene.worker)).authorization_details as [{ id: string }]
      expect(child).toMatchObject({ ancestors: [{ id: parent.id, uses: 3 }] })
      expect(child.id).not.toBe(parent.id)
    }
  })

  it('is passed on again by those who may, and the chain names all of them, up to its end', async () => {
    const byWorker = tokenOf(await swap(await delegate(), { may_act: 'helper', scope: 'notes:read' }, scene.worker))
    const byHelper = tokenOf(await swap(byWorker, { may_act: 'stranger' }, scene.helper))
    const last = tokenOf(await swap(byHelper, {}, scene.stranger))
    expect(claims(last)).toMatchObject({
      sub: 'orchestrator',
      client_id: 'stranger',
      scope: 'notes:read',
      act: { sub: 'stranger', act: { sub: 'helper', act: { sub: 'worker', act: { sub: 'orchestrator' } } } },
    })
    expect(claims(last).derived_from).toHaveLength(4)
    expect((await swap(last, { scope: 'notes:read' }, scene.stranger)).body.error).toBe('invalid_grant')
  })

  it.each<[string, Record<string, string>, string]>([
    ['a scope that the one lacks', { scope: 'notes:delete' }, 'invalid_scope'],
    ['a tool that the other may not use', detailsOf(askFor('delete_note')), 'invalid_authorization_details'],
    ['another resource', { resource: MAIL }, 'invalid_target'],
    ['somebody to act whom the other may not name', { may_act: 'stranger' }, 'invalid_request'],
  ])('gives nothing for %s', async (_name, rest, error) => {
    expect((await swap(await delegate(), rest, scene.worker)).body.error).toBe(error)
  })

  it('gives no capability, with nobody asked, for a scope that the other has not, though it may ask a person for any', async () => {
    const [assertionKey, proofKey] = [await makeKey(), await makeKey()]
    const asker: Party = { clientId: 'worker', assertionKey, proofKey }
    const { world, orchestrator } = await startExchangeWorld({
      options: { resources: [notesWithTools] },
      worker: {
        jwks: { keys: [assertionKey.publicJwk] },
        scopes: ['notes:read'],
        authorizationDetailsTypes: ['mcp_tool'],
      },
    })
    onTestFinished(() => world.close())
    const token = tokenOf(
      await exchange(world, orchestrator, await ownToken(world, orchestrator), { may_act: 'worker' }),
    )
    const answer = await exchange(world, asker, token, detailsOf(askFor('write_note')))
    expect(answer.body.error).toBe('invalid_authorization_details')
  })

  it(`${verifies('RFC8693-4.4-1')} is nobody else’s`, async () => {
    const token = await delegate()
    for (const party of [scene.helper, scene.stranger]) {
      expect((await swap(token, {}, party)).body.error).toBe('invalid_grant')
    }
    expect((await swap(await own(), {}, scene.worker)).body.error).toBe('invalid_grant')
  })
})

describe('X14 a stolen token', () => {
  it('is not bound to the key of the thief, whoever the thief is', async () => {
    const token = await own()
    const thief = { ...scene.orchestrator, proofKey: await makeKey() }
    const impostor = { ...scene.stranger, proofKey: scene.orchestrator.proofKey }
    for (const party of [thief, impostor, scene.stranger]) {
      expect((await swap(token, {}, party)).body.error).toBe('invalid_grant')
    }
  })

  it('does not help one who only says to be the delegate', async () => {
    const token = await delegate()
    const pretender = { ...scene.worker, assertionKey: scene.stranger.assertionKey }
    expect((await swap(token, {}, pretender)).body.error).toBe('invalid_client')
    const form = {
      grant_type: TOKEN_EXCHANGE,
      client_id: 'worker',
      subject_token: token,
      subject_token_type: ACCESS_TOKEN,
    }
    const proof = await makeTokenProof(scene.world.issuer, scene.worker.proofKey, {
      nonce: await fetchNonce(scene.world),
    })
    expect((await postToken(scene.world.issuer, form, { DPoP: proof })).body.error).toBe('invalid_client')
  })

  it.each([
    ['unknown', 'x'],
    ['strange', 'eyJhbGciOiJub25lIn0.e30.x'],
  ])('that is %s is no grant', async (_name, token) => {
    expect((await swap(token)).body.error).toBe('invalid_grant')
  })

  it('that was revoked, or is over, is no grant', async () => {
    const token = await own()
    await scene.world.revoke({ token: String(claims(token).jti) })
    expect((await swap(token)).body.error).toBe('invalid_grant')
  })

  it('needs a proof, and each proof asks one question', async () => {
    const { world, orchestrator } = scene
    const form = async (subject_token: string) => ({
      grant_type: TOKEN_EXCHANGE,
      subject_token,
      subject_token_type: ACCESS_TOKEN,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await makeAssertion(world.issuer, 'orchestrator', orchestrator.assertionKey),
    })
    const token = await own()
    expect((await postToken(world.issuer, await form(token))).body.error).toBe('invalid_dpop_proof')
    const DPoP = await makeTokenProof(world.issuer, orchestrator.proofKey, { nonce: await fetchNonce(world) })
    expect((await postToken(world.issuer, await form('x'), { DPoP })).body.error).toBe('invalid_grant')
    expect((await postToken(world.issuer, await form(token), { DPoP })).body.error).toBe('invalid_dpop_proof')
  })
})

describe('the metadata', () => {
  it('names the grant', async () => {
    const response = await fetch(`${scene.world.issuer}/.well-known/oauth-authorization-server`)
    const { grant_types_supported: grants } = await response.json()
    expect(grants).toContain(TOKEN_EXCHANGE)
  })
})

describe('a client without the grant', () => {
  it('exchanges nothing', async () => {
    const { world } = scene
    const agent = { clientId: 'agent', assertionKey: world.agentKey, proofKey: world.agentKey }
    const token = tokenOf(
      await ask(world, agent, { grant_type: 'client_credentials', scope: 'notes:read', resource: NOTES }),
    )
    expect((await swap(token, {}, agent)).body.error).toBe('invalid_request')
  })
})
