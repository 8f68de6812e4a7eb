import { describe, expect, it, onTestFinished } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { startWorld, toolCall, type World } from '../testing/world.ts'
import type { CodeCredentials } from './credentials.ts'

const codeWorld = () => startWorld(onTestFinished, { grant: 'authorization_code' })

/** Credentials whose browser comes back with something else. */
function tampered({ credentials, authorization }: World, tamper: (back: URL) => void): CodeCredentials {
  const { clientId, redirectUri } = credentials as CodeCredentials
  const authorize = async (url: URL) => {
    const back = authorization.browse(url)
    tamper(back)
    return back
  }
  return { clientId, redirectUri, authorize }
}

describe('RFC 6749 §4.1 with PKCE (RFC 7636): a person authorizes the agent', () => {
  it(`${verifies('MCP-RESOURCE-1')} asks for the resource, the scopes and a code that is bound to verifier and key`, async () => {
    const { notes, agent, shown } = await codeWorld()
    const { fetch, thumbprint } = await agent()
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(Object.fromEntries(shown[0]?.searchParams ?? [])).toMatchObject({
      response_type: 'code',
      client_id: 'agent',
      resource: notes.endpoint,
      scope: 'notes:read',
      code_challenge_method: 'S256',
      dpop_jkt: thumbprint,
    })
    expect(shown).toHaveLength(1)
  })

  it(`${verifies('MCP-RESOURCE-1')} sends the resource and no client secret of any kind with the code`, async () => {
    const { notes, authorization, agent } = await codeWorld()
    const { fetch } = await agent()
    await fetch(notes.endpoint, toolCall('read_notes'))
    const form = new URLSearchParams(new TextDecoder().decode(authorization.received.at(-1)?.body))
    expect([...form.keys()].sort()).toEqual([
      'client_id',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
      'resource',
    ])
  })

  it.each([
    ['no S256', { code_challenge_methods_supported: ['plain'] }, 'pkce_unsupported'],
    ['no PKCE at all', { code_challenge_methods_supported: undefined }, 'pkce_unsupported'],
    ['no authorization endpoint', { authorization_endpoint: undefined }, 'metadata_invalid'],
    ['a plain http authorization endpoint', { authorization_endpoint: 'http://evil.example/' }, 'insecure_url'],
  ])(`${verifies('MCP-PKCE-1')} shows a person nothing when the server announces %s`, async (_name, metadata, code) => {
    const { notes, authorization, agent, shown } = await codeWorld()
    authorization.metadata = metadata
    const { fetch } = await agent()
    await expect(fetch(notes.endpoint, toolCall('read_notes'))).rejects.toMatchObject({ code })
    expect(shown).toEqual([])
  })

  it.each([
    ['another state', (back: URL) => back.searchParams.set('state', 'x'), 'state_mismatch'],
    ['no state', (back: URL) => back.searchParams.delete('state'), 'state_mismatch'],
    ['two states', (back: URL) => back.searchParams.append('state', 'x'), 'state_mismatch'],
    ['another redirect URI', (back: URL) => (back.host = '127.0.0.1:2'), 'state_mismatch'],
    ['another issuer', (back: URL) => back.searchParams.set('iss', 'https://evil.example'), 'issuer_mismatch'],
    ['two issuers', (back: URL) => back.searchParams.append('iss', 'https://evil.example'), 'issuer_mismatch'],
    ['no issuer though one was promised', (back: URL) => back.searchParams.delete('iss'), 'issuer_mismatch'],
    ['no code', (back: URL) => back.searchParams.delete('code'), 'authorization_denied'],
  ])(`${verifies('RFC9207-2.4-1')} X8: redeems nothing from a response with %s`, async (_name, tamper, code) => {
    const world = await codeWorld()
    const { fetch } = await world.agent({ credentials: tampered(world, tamper) })
    await expect(fetch(world.notes.endpoint, toolCall('read_notes'))).rejects.toMatchObject({ code })
    expect(world.authorization.received.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('says when the person declined', async () => {
    const world = await codeWorld()
    const decline = (back: URL) => {
      back.searchParams.delete('code')
      back.searchParams.set('error', 'access_denied')
    }
    const { fetch } = await world.agent({ credentials: tampered(world, decline) })
    await expect(fetch(world.notes.endpoint, toolCall('read_notes'))).rejects.toMatchObject({
      code: 'authorization_denied',
      oauthError: 'access_denied',
    })
  })

  it('accepts a response without issuer from a server that promises none', async () => {
    const world = await codeWorld()
    world.authorization.metadata = { authorization_response_iss_parameter_supported: undefined }
    const credentials = tampered(world, (back) => back.searchParams.delete('iss'))
    const { fetch } = await world.agent({ credentials })
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })
})

describe('RFC 6749 §6: a refresh token renews without the person', () => {
  it('uses each rotated refresh token once, also when calls run side by side', async () => {
    const world = await codeWorld()
    const { fetch } = await world.agent()
    for (let round = 0; round < 3; round += 1) {
      const calls = [1, 2, 3].map(() => fetch(world.notes.endpoint, toolCall('read_notes')))
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200])
      world.time += 3600
    }
    expect(world.shown).toHaveLength(1)
  })

  it('asks the person again when the refresh token is not good any more', async () => {
    const world = await codeWorld()
    const { fetch } = await world.agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 3600
    world.authorization.intercept = ({ body }) =>
      new TextDecoder().decode(body).includes('refresh_token')
        ? Response.json({ error: 'invalid_grant' }, { status: 400 })
        : undefined
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.shown).toHaveLength(2)
  })

  it('does not renew what was approved for once', async () => {
    const world = await codeWorld()
    const { fetch } = await world.agent({ approve: async () => true })
    await fetch(world.notes.endpoint, toolCall('delete_note'))
    expect(world.shown.map((url) => url.searchParams.get('scope'))).toEqual(['notes:read', 'notes:read notes:delete'])
    for (let round = 0; round < 2; round += 1) {
      world.time += 3600
      expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
      const form = new URLSearchParams(new TextDecoder().decode(world.authorization.received.at(-1)?.body))
      expect(form.get('scope')).toBe('notes:read')
    }
    expect(world.shown).toHaveLength(2)
  })
})

describe('RFC 7523: credentials that do not work are found at start', () => {
  it.each([
    ['a public key', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }],
    ['an RSA key', { kty: 'RSA', n: 'n', e: 'AQAB', d: 'secret-d' }],
    ['a damaged key', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'secret-d' }],
    ['a key for another algorithm', { kty: 'EC', crv: 'P-256', alg: 'ES384', x: 'x', y: 'y', d: 'secret-d' }],
  ])('refuses %s, without quoting it', async (_name, privateJwk) => {
    const { agent } = await codeWorld()
    const error: Error = await agent({ credentials: { clientId: 'agent', privateJwk } }).then(
      () => new Error('was not refused'),
      (reason) => reason,
    )
    expect(error).toMatchObject({ code: 'misconfigured' })
    expect(String(error.stack)).not.toContain('secret-d')
  })
})
