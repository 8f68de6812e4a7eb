import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { approve, logIn, obtainCode, redeemCode, startAttempt } from '../testing/code-flow.ts'
import { claimsOf, fetchNonce, makeAssertion, makeTokenProof, postToken } from '../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, startWorld, USER, type World } from '../testing/world.ts'

let world: World
let key: KeyPair
let nonce: string
beforeAll(async () => {
  world = await startWorld()
  key = await makeKey()
  nonce = await fetchNonce(world)
})
afterAll(() => world.close())

describe('RFC 6749 §4.1 authorization code for a public client', () => {
  it('leads from login over consent to a token of the person, bound to the key', async () => {
    const { code, verifier, back } = await obtainCode(world, { scope: 'notes:read notes:write' })
    expect(back.searchParams.get('state')).toBe('some-state')
    const answer = await redeemCode(world, { code, verifier }, { key, nonce })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP', scope: 'notes:read notes:write' } })
    expect(answer.body.refresh_token).toEqual(expect.any(String))
    expect(claimsOf(answer)).toMatchObject({
      sub: USER.subject,
      client_id: 'desktop',
      aud: NOTES,
      scope: 'notes:read notes:write',
      cnf: { jkt: await calculateJwkThumbprint(key.publicJwk) },
    })
  })

  it('names the issuer in every response (RFC 9207)', async () => {
    expect((await approve(startAttempt(world))).searchParams.get('iss')).toBe(world.issuer)
    const attempt = startAttempt(world)
    const denied = await attempt.browser.submit(await logIn(attempt), 'deny')
    expect(Object.fromEntries(denied.url.searchParams)).toMatchObject({
      error: 'access_denied',
      iss: world.issuer,
      state: 'some-state',
    })
  })

  it('sends the person back with access_denied when they do not log in', async () => {
    const attempt = startAttempt(world)
    const back = await attempt.browser.submit(await attempt.browser.open(attempt.url), 'cancel')
    expect(back.url.searchParams.get('error')).toBe('access_denied')
  })

  it('takes another port on a loopback redirect (RFC 8252 §7.3)', async () => {
    const redirect = 'http://127.0.0.1:51234/callback'
    const { code, verifier, back } = await obtainCode(world, { redirect_uri: redirect })
    expect(back.origin).toBe('http://127.0.0.1:51234')
    const answer = await redeemCode(world, { code, verifier }, { key, nonce, form: { redirect_uri: redirect } })
    expect(answer.status).toBe(200)
  })

  it('asks a person again for every authorization, but for the password once', async () => {
    const first = startAttempt(world)
    await approve(first)
    const page = await first.browser.open(startAttempt(world).url)
    expect(page.text).toContain('Allow')
    expect(page.text).not.toContain('Password')
  })

  it('logs an OpenID Connect client in too, with an ID token and without a loop', async () => {
    const { code, verifier } = await obtainCode(world, { scope: 'openid notes:read', nonce: 'n-1' })
    const answer = await redeemCode(world, { code, verifier }, { key, nonce })
    expect(answer.body.id_token).toEqual(expect.any(String))
    expect(claimsOf(answer)).toMatchObject({ aud: NOTES, scope: 'notes:read' })
  })

  it('works without a scope of the resource for a client that wants only the login', async () => {
    const { code, verifier } = await obtainCode(world, { scope: 'openid' })
    const answer = await redeemCode(world, { code, verifier }, { key, nonce })
    expect(answer.body.id_token).toEqual(expect.any(String))
    expect(claimsOf(answer).scope).toBeUndefined()
  })

  it('offers all that the client is registered for, in words, when the request names no scope', async () => {
    const attempt = startAttempt(world, { scope: undefined })
    const page = await logIn(attempt)
    expect(page.text).toContain('Read your notes')
    expect(page.text).toContain('Write notes')
    expect(page.text).not.toContain('Delete notes')
    const code = (await attempt.browser.submit(page, 'approve')).url.searchParams.get('code') ?? ''
    const answer = await redeemCode(world, { code, verifier: attempt.verifier }, { key, nonce })
    expect(claimsOf(answer).scope).toBe('notes:read notes:write')
  })

  it('refuses a request for scopes that the resource does not have', async () => {
    const attempt = startAttempt(world, { scope: 'unheard:of' })
    const back = await attempt.browser.open(attempt.url)
    expect(back.url.searchParams.get('error')).toBe('invalid_scope')
  })

  it('answers a confidential client that authenticates', async () => {
    const redirect = 'https://app.example/callback'
    const { code, verifier } = await obtainCode(world, { client_id: 'ed-agent', redirect_uri: redirect })
    const form = {
      grant_type: 'authorization_code',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await makeAssertion(world.issuer, 'ed-agent', world.edKey),
      code,
      code_verifier: verifier,
      redirect_uri: redirect,
      resource: NOTES,
    }
    const answer = await postToken(world.issuer, form, { DPoP: await makeTokenProof(world.issuer, key, { nonce }) })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
  })
})

describe('RFC 7636 PKCE', () => {
  it('is required, with S256 alone', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    const plain = { code_challenge_method: 'plain' }
    const unnamed = { code_challenge_method: undefined }
    for (const params of [without, plain, unnamed]) {
      const attempt = startAttempt(world, params)
      expect((await attempt.browser.open(attempt.url)).url.searchParams.get('error')).toBe('invalid_request')
    }
  })

  it(`${verifies('RFC7636-4.6-1')} refuses an intercepted code without its verifier`, async () => {
    const { code, verifier } = await obtainCode(world)
    const stolen = await redeemCode(world, { code, verifier: 'v'.repeat(43) }, { key: await makeKey(), nonce })
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await redeemCode(world, { code, verifier }, { key, nonce })).toMatchObject({ status: 200 })
  })
})

describe('RFC 9449 §10 a code bound to a key', () => {
  it('is redeemed under that key only', async () => {
    const dpop_jkt = await calculateJwkThumbprint(key.publicJwk)
    const { code, verifier } = await obtainCode(world, { dpop_jkt })
    const answer = await redeemCode(world, { code, verifier }, { key: await makeKey(), nonce })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('says that a proof is missing when it is', async () => {
    const { code, verifier } = await obtainCode(world)
    const form = {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT,
    }
    expect(await postToken(world.issuer, form)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
  })
})

describe('RFC 9700 §2.1 redirects', () => {
  it(`${verifies('MCP-REDIRECT-1')} go to registered addresses only; a stranger is shown a page and sent nowhere`, async () => {
    for (const redirect of [
      'https://evil.example/',
      'http://127.0.0.1/other',
      'http://127.0.0.1@evil.example/callback',
    ]) {
      const attempt = startAttempt(world, { redirect_uri: redirect })
      const page = await attempt.browser.open(attempt.url)
      expect(page.status).toBe(400)
      expect(page.text).toContain('<code>invalid_redirect_uri</code>')
    }
  })
})
