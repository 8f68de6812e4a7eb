import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIn, redeemCode, refresh, startAttempt } from '../testing/code-flow.ts'
import { assertionForm, fetchNonce, makeTokenProof, postToken } from '../testing/token-request.ts'
import { makeKey, startWorld, USER, type World } from '../testing/world.ts'
import { describeServerError } from './log.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

describe('the log', () => {
  it('tells what was issued and refused, and holds no credential', async () => {
    const nonce = await fetchNonce(world)
    const key = await makeKey()
    const attempt = startAttempt(world)
    const login = await attempt.browser.open(attempt.url)
    await attempt.browser.submit(login, 'login', { name: USER.name, password: 'not the password of Ada' })
    const consent = await logIn(attempt)
    const code = (await attempt.browser.submit(consent, 'approve')).url.searchParams.get('code') ?? ''
    const first = await redeemCode(world, { code, verifier: attempt.verifier }, { key, nonce })
    const second = await refresh(world, String(first.body.refresh_token), { key, nonce })
    await refresh(world, String(first.body.refresh_token), { key: await makeKey(), nonce })
    const form = await assertionForm(world.issuer, 'agent', world.agentKey)
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    await postToken(world.issuer, form, { DPoP })
    await postToken(world.issuer, form, { DPoP })

    expect(world.log).toContainEqual({ type: 'login_failed' })
    expect(world.log).toContainEqual({ type: 'token_refused', error: 'invalid_client', clientId: 'agent' })
    expect(world.log).toContainEqual({ type: 'family_revoked', clientId: 'desktop', cause: 'refresh_token' })
    expect(world.log).toContainEqual({
      type: 'token_issued',
      clientId: 'desktop',
      grant: 'authorization_code',
      bound: true,
    })
    const text = JSON.stringify(world.log)
    const credentials = [
      USER.password,
      'not the password',
      code,
      attempt.verifier,
      nonce,
      DPoP,
      form.client_assertion,
      ...[first, second].flatMap(({ body }) => [body.access_token, body.refresh_token]),
      ...[...attempt.browser.cookies.values()].map(({ value }) => value),
    ]
    for (const credential of credentials) expect(text).not.toContain(String(credential))
  })

  it('describes a fault by its kind and place, without its message', () => {
    const entry = describeServerError(Object.assign(new RangeError('token eyJ…'), { code: 'ERR_X' }))
    expect(entry).toEqual({
      type: 'server_error',
      name: 'RangeError',
      code: 'ERR_X',
      at: expect.stringContaining('log.test.ts'),
    })
    expect(describeServerError(new Error('a\n    at eyJ…'))).not.toMatchObject({ at: 'eyJ…' })
    expect(describeServerError('thrown text')).toEqual({ type: 'server_error', name: 'string' })
  })
})
