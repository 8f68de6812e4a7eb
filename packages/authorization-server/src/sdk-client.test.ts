/** The MCP SDK's own client, untouched, against this authorization server. */
import {
  DpopSession,
  discoverAuthorizationServerMetadata,
  exchangeAuthorization,
  fetchToken,
  PrivateKeyJwtProvider,
  refreshAuthorization,
  startAuthorization,
} from '@modelcontextprotocol/client'
import { decodeJwt, exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser } from '../testing/browser.ts'
import { NOTES, REDIRECT, startWorld, USER, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

async function discover() {
  const metadata = await discoverAuthorizationServerMetadata(world.issuer)
  if (metadata === undefined) throw new Error('no metadata')
  return metadata
}

describe('the client of the MCP SDK', () => {
  it('gets a bound token with private_key_jwt, and no client_id in the body', async () => {
    const dpop = await DpopSession.create({ alg: 'ES256' })
    const provider = new PrivateKeyJwtProvider({
      clientId: 'agent',
      algorithm: 'ES256',
      privateKey: { ...(await exportJWK(world.agentKey.privateKey)) },
      expectedIssuer: world.issuer,
    })
    const tokens = await fetchToken(Object.assign(provider, { dpop: () => dpop }), world.issuer, {
      metadata: await discover(),
      resource: new URL(NOTES),
      scope: 'notes:read',
    })
    expect(tokens.token_type).toBe('DPoP')
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      aud: NOTES,
      client_id: 'agent',
      scope: 'notes:read',
      cnf: { jkt: dpop.thumbprint },
    })
  })

  it('goes through the code flow and refreshes as a public client', async () => {
    const metadata = await discover()
    const dpop = await DpopSession.create({ alg: 'ES256' })
    const common = { metadata, clientInformation: { client_id: 'desktop' }, resource: new URL(NOTES), dpop }
    const { authorizationUrl, codeVerifier } = await startAuthorization(world.issuer, {
      ...common,
      redirectUrl: REDIRECT,
      scope: 'notes:read notes:write',
      state: 'state',
    })
    const browser = createBrowser(world.issuer)
    const login = await browser.open(authorizationUrl)
    const consent = await browser.submit(login, 'login', { name: USER.name, password: USER.password })
    const { searchParams } = (await browser.submit(consent, 'approve')).url

    const tokens = await exchangeAuthorization(world.issuer, {
      ...common,
      authorizationCode: searchParams.get('code') ?? '',
      iss: searchParams.get('iss') ?? '',
      codeVerifier,
      redirectUri: REDIRECT,
    })
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: USER.subject, scope: 'notes:read notes:write' })
    const next = await refreshAuthorization(world.issuer, { ...common, refreshToken: tokens.refresh_token ?? '' })
    expect(decodeJwt(next.access_token)).toMatchObject({ sub: USER.subject, cnf: { jkt: dpop.thumbprint } })
  })
})
