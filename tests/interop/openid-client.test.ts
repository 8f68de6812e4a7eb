/** openid-client, as it is, gets, uses, renews and gives back tokens of the authorization server. */
import { seatPerson, toolCall } from '@countersign/lab'
import { importJWK } from 'jose'
import * as client from 'openid-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const deployment = useDeployment()
const insecure = { execute: [client.allowInsecureRequests] }

async function discoverAgent(): Promise<client.Configuration> {
  const { clientId, privateJwk } = deployment().client
  const key = await importJWK(privateJwk, 'ES256')
  if (!(key instanceof CryptoKey)) throw new Error('an ES256 key was expected')
  const authentication = client.PrivateKeyJwt({ key, kid: String(privateJwk.kid) })
  return client.discovery(new URL(deployment().issuer), clientId, undefined, authentication, insecure)
}

function discoverApp(): Promise<client.Configuration> {
  const { clientId } = deployment().publicClient
  return client.discovery(new URL(deployment().issuer), clientId, undefined, client.None(), insecure)
}

/** Calls `read_notes` of the guarded server through the library's own protected-resource request. */
async function readNotes(config: client.Configuration, token: string, DPoP: client.DPoPHandle): Promise<number> {
  const body = toolCall('read_notes')
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'read_notes',
  })
  const url = new URL(deployment().a.resource)
  const response = await client.fetchProtectedResource(config, token, url, 'POST', body, headers, { DPoP })
  return response.status
}

describe('openid-client: client credentials', () => {
  it('gets a bound token by private_key_jwt and DPoP, uses it, looks at it and gives it back', async () => {
    const config = await discoverAgent()
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
    const parameters = { resource: deployment().a.resource, scope: 'notes:read' }
    const tokens = await client.clientCredentialsGrant(config, parameters, { DPoP })
    expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'notes:read' })
    expect(await readNotes(config, tokens.access_token, DPoP)).toBe(200)
    await client.tokenRevocation(config, tokens.access_token)
  })
})

describe('openid-client: authorization code', () => {
  let config: client.Configuration
  let DPoP: client.DPoPHandle
  beforeAll(async () => {
    config = await discoverApp()
    DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  })

  async function authorize(scope: string) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: deployment().publicClient.redirectUri,
      scope,
      resource: deployment().a.resource,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
    })
    const back = await seatPerson(deployment(), () => true).authorize(url)
    return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState }, undefined, { DPoP })
  }

  it('gets tokens with PKCE, issuer and state checked, uses and renews them', async () => {
    const first = await authorize('notes:read notes:write')
    expect(first).toMatchObject({ token_type: 'dpop', refresh_token: expect.any(String) })
    expect(await readNotes(config, first.access_token, DPoP)).toBe(200)
    const second = await client.refreshTokenGrant(config, String(first.refresh_token), undefined, { DPoP })
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await readNotes(config, second.access_token, DPoP)).toBe(200)
  })

  it('gets an ID token as well where it asks for one', async () => {
    const tokens = await authorize('openid notes:read')
    expect(tokens.claims()).toMatchObject({ iss: deployment().issuer, sub: 'user-ada', aud: 'app' })
  })

  it('gives a refresh token back, and it is good for nothing any more', async () => {
    const tokens = await authorize('notes:read')
    await client.tokenRevocation(config, String(tokens.refresh_token))
    const renewal = client.refreshTokenGrant(config, String(tokens.refresh_token), undefined, { DPoP })
    await expect(renewal).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
