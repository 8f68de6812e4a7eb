/** oauth4webapi, as it is: every step of discovery, both grants, renewal and revocation, each checked by the library. */
import { seatPerson } from '@countersign/lab'
import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { useDeployment } from '../support/attack.ts'

const deployment = useDeployment()
const options = { [oauth.allowInsecureRequests]: true }

let server: oauth.AuthorizationServer
beforeAll(async () => {
  const resource = new URL(deployment().a.resource)
  const about = await oauth.processResourceDiscoveryResponse(
    resource,
    await oauth.resourceDiscoveryRequest(resource, options),
  )
  const issuer = new URL(String(about.authorization_servers?.[0]))
  const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' })
  server = await oauth.processDiscoveryResponse(issuer, response)
})

/** Runs a request, and once more where the server asked for its nonce. */
async function withNonce(
  request: () => Promise<Response>,
  process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
): Promise<oauth.TokenEndpointResponse> {
  try {
    return await process(await request())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return process(await request())
  }
}

describe('oauth4webapi: client credentials', () => {
  it('gets a bound token', async () => {
    const { clientId, privateJwk } = deployment().client
    const client: oauth.Client = { client_id: clientId }
    const key = await importJWK(privateJwk, 'ES256')
    if (!(key instanceof CryptoKey)) throw new Error('an ES256 key was expected')
    const authentication = oauth.PrivateKeyJwt({ key, kid: String(privateJwk.kid) })
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const parameters = { resource: deployment().a.resource, scope: 'notes:read' }
    const tokens = await withNonce(
      () => oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, { ...options, DPoP }),
      (response) => oauth.processClientCredentialsResponse(server, client, response),
    )
    expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'notes:read' })
    const revoked = await oauth.revocationRequest(server, client, authentication, tokens.access_token, options)
    await oauth.processRevocationResponse(revoked)
  })
})

describe('oauth4webapi: authorization code', () => {
  it('gets, renews and gives back bound tokens, with issuer, state and nonce of the ID token checked', async () => {
    const { clientId, redirectUri } = deployment().publicClient
    const client: oauth.Client = { client_id: clientId }
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('Ed25519', { extractable: true }))
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const url = new URL(String(server.authorization_endpoint))
    for (const [name, value] of Object.entries({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'notes:read',
      resource: deployment().a.resource,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })) {
      url.searchParams.set(name, value)
    }
    const back = await seatPerson(deployment(), () => true).authorize(url)
    const callback = oauth.validateAuthResponse(server, client, back, state)
    const tokens = await withNonce(
      () =>
        oauth.authorizationCodeGrantRequest(server, client, oauth.None(), callback, redirectUri, verifier, {
          ...options,
          DPoP,
        }),
      (response) => oauth.processAuthorizationCodeResponse(server, client, response),
    )
    expect(tokens).toMatchObject({ token_type: 'dpop', refresh_token: expect.any(String) })
    const renewed = await withNonce(
      () =>
        oauth.refreshTokenGrantRequest(server, client, oauth.None(), String(tokens.refresh_token), {
          ...options,
          DPoP,
        }),
      (response) => oauth.processRefreshTokenResponse(server, client, response),
    )
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token)
    const request = oauth.revocationRequest(server, client, oauth.None(), String(renewed.refresh_token), options)
    await oauth.processRevocationResponse(await request)
  })
})
