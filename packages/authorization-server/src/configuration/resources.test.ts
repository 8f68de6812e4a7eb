import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { logIn, obtainCode, redeemCode, startAttempt } from '../../testing/code-flow.ts'
import { claimsOf, requestAgentToken } from '../../testing/token-request.ts'
import { MAIL, mailResource, makeKey, NOTES, notesResource, startWorld, type World } from '../../testing/world.ts'
import { createResourceRegistry } from './resources.ts'

describe('RFC 8707 with one resource', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())

  it('takes that one when the request names none', async () => {
    expect(claimsOf(await requestAgentToken(world, { scope: 'notes:read' })).aud).toBe(NOTES)
  })

  it(`${verifies('RFC8707-2-1')} refuses strangers`, async () => {
    for (const resource of ['https://evil.example/mcp', 'not a uri', `${NOTES}/other`, `${NOTES}#part`]) {
      const { status, body } = await requestAgentToken(world, { resource, scope: 'notes:read' })
      expect({ status, error: body.error }, resource).toEqual({ status: 400, error: 'invalid_target' })
    }
  })

  it('never exceeds what the client is registered for, nor what the resource has', async () => {
    const wide = await requestAgentToken(world, { scope: 'notes:read notes:delete' })
    expect(wide).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    expect(claimsOf(await requestAgentToken(world, { scope: 'notes:read unheard:of' })).scope).toBe('notes:read')
  })

  it('gives no scope that nobody asked for', async () => {
    expect(claimsOf(await requestAgentToken(world, {})).scope).toBeUndefined()
  })
})

describe('RFC 8707 with several resources', () => {
  let world: World
  beforeAll(async () => {
    const both = { grants: ['authorization_code' as const], public: true, redirectUris: ['http://127.0.0.1/callback'] }
    world = await startWorld({
      options: {
        resources: [notesResource, mailResource],
        clients: [{ clientId: 'desktop', ...both, scopes: ['notes:read', 'mail:send'] }],
      },
    })
  })
  afterAll(() => world.close())

  it('asks for one', async () => {
    const attempt = startAttempt(world, { resource: undefined })
    const back = await attempt.browser.open(attempt.url)
    expect(back.url.searchParams.get('error')).toBe('invalid_target')
  })

  it('refuses two at once: a token is for one', async () => {
    const attempt = startAttempt(world)
    attempt.url.searchParams.append('resource', MAIL)
    const back = await attempt.browser.open(attempt.url)
    expect(back.url.searchParams.get('error')).toBe('invalid_target')
  })

  it('shows and grants only the scopes of the one that was asked for', async () => {
    const attempt = startAttempt(world, { scope: 'notes:read mail:send', resource: MAIL })
    const page = await logIn(attempt)
    expect(page.text).toContain('Send mail')
    expect(page.text).not.toContain('Read your notes')
    const code = (await attempt.browser.submit(page, 'approve')).url.searchParams.get('code') ?? ''
    const exchange = { key: await makeKey(), nonce: await nonceFor(world) }
    const answer = await redeemCode(world, { code, verifier: attempt.verifier }, exchange)
    expect(claimsOf(answer)).toMatchObject({ aud: MAIL, scope: 'mail:send' })
  })

  it(`${verifies('RFC8707-2.2-1')} does not redeem a code for another resource than the one approved`, async () => {
    const obtained = await obtainCode(world, { resource: MAIL, scope: 'mail:send' })
    const exchange = { key: await makeKey(), nonce: await nonceFor(world), form: { resource: NOTES } }
    expect(await redeemCode(world, obtained, exchange)).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    })
  })
})

async function nonceFor(world: World): Promise<string> {
  const refused = await redeemCode(world, { code: 'x', verifier: 'x' }, { key: await makeKey(), nonce: 'unknown' })
  return refused.headers.get('DPoP-Nonce') ?? ''
}

describe('a resource registration', () => {
  it('is refused when it cannot be', () => {
    for (const resource of ['mcp', 'urn:x', 'https://h/mcp#x', 'ftp://h/']) {
      expect(() => createResourceRegistry([{ resource, scopes: {} }]), resource).toThrow(TypeError)
    }
    for (const scope of ['two words', 'openid', 'offline_access', '"', '']) {
      expect(() => createResourceRegistry([{ resource: NOTES, scopes: { [scope]: '' } }]), scope).toThrow(TypeError)
    }
    expect(() => createResourceRegistry([notesResource, notesResource])).toThrow('twice')
    expect(() => createResourceRegistry([{ ...notesResource, accessTokenLifetime: 86_400 }])).toThrow('seconds')
  })

  it('is found however a URL parser writes it', () => {
    const registry = createResourceRegistry([{ resource: 'https://mcp.example', scopes: {} }])
    expect(registry.find('https://mcp.example/')?.resource).toBe('https://mcp.example')
    expect(registry.find('https://MCP.example:443')?.resource).toBe('https://mcp.example')
    expect(registry.find('https://mcp.example/x')).toBeUndefined()
  })
})
