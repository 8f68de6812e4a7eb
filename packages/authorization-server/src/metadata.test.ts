import { authorizationServerMetadataUrls } from '@countersign/core/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { makeAttester } from '../testing/attestation.ts'
import { approve, startAttempt } from '../testing/code-flow.ts'
import { claimsOf, requestAgentToken } from '../testing/token-request.ts'
import { startWorld, type World } from '../testing/world.ts'
import { TOKEN_EXCHANGE } from './token-exchange/grant-type.ts'

let world: World
afterEach(() => world.close())

async function fetchJson(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

describe('RFC 8414 metadata', () => {
  it(`${verifies('RFC9207-2.3-1')} says what is needed, at both well-known addresses`, async () => {
    world = await startWorld()
    for (const url of authorizationServerMetadataUrls(world.issuer)) {
      const { status, body } = await fetchJson(url)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        issuer: world.issuer,
        authorization_endpoint: `${world.issuer}/authorize`,
        token_endpoint: `${world.issuer}/token`,
        jwks_uri: `${world.issuer}/jwks`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
        token_endpoint_auth_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
        id_token_signing_alg_values_supported: ['Ed25519'],
        introspection_endpoint: `${world.issuer}/introspect`,
        introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
        revocation_endpoint: `${world.issuer}/revoke`,
        revocation_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
        revocation_feed_endpoint: `${world.issuer}/revocations`,
        scopes_supported: ['openid', 'notes:read', 'notes:write', 'notes:delete'],
      })
      expect(Object.keys(body).filter((name) => name.startsWith('client_attestation'))).toEqual([])
      expect(new Set(body.grant_types_supported as string[])).toEqual(
        new Set(['authorization_code', 'client_credentials', 'refresh_token', TOKEN_EXCHANGE]),
      )
      const endpoints = Object.keys(body).filter((name) => name.endsWith('_endpoint'))
      expect(endpoints.sort()).toEqual([
        'authorization_endpoint',
        'introspection_endpoint',
        'revocation_endpoint',
        'revocation_feed_endpoint',
        'token_endpoint',
      ])
    }
  })

  it('says which other ways there are for a client to prove itself, where there are such', async () => {
    const { trust } = await makeAttester()
    const spiffe = [{ trustDomain: 'example.org', keys: { find: () => Promise.reject(new Error('unused')) } }]
    world = await startWorld({ options: { trust, spiffe } })
    const { body } = await fetchJson(`${world.issuer}/.well-known/oauth-authorization-server`)
    expect(body).toMatchObject({
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none', 'attest_jwt_client_auth', 'spiffe_jwt'],
      introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'spiffe_jwt'],
      revocation_endpoint_auth_methods_supported: ['private_key_jwt', 'none', 'spiffe_jwt'],
      client_attestation_pop_methods_supported: ['dpop_combined', 'none'],
      client_attestation_signing_alg_values_supported: ['Ed25519', 'EdDSA', 'ES256'],
    })
  })

  it('says that no attestation may be left out where none may', async () => {
    const { trust } = await makeAttester()
    const client = { clientId: 'c', grants: ['client_credentials'], scopes: [], authentication: 'attestation' } as const
    world = await startWorld({ options: { trust, clients: [client] } })
    const { body } = await fetchJson(`${world.issuer}/.well-known/oauth-authorization-server`)
    expect(body.client_attestation_pop_methods_supported).toEqual(['dpop_combined'])
  })

  it('is not told by Host or forwarded headers who it is', async () => {
    world = await startWorld()
    const response = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`, {
      headers: { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' },
    })
    expect(await response.text()).not.toContain('evil')
  })

  it('publishes public keys alone', async () => {
    world = await startWorld()
    const { body } = await fetchJson(`${world.issuer}/jwks`)
    expect(body.keys).toEqual([
      { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', use: 'sig', kid: expect.any(String), x: expect.any(String) },
    ])
  })
})

describe('an issuer with a path (RFC 8414 §3.1)', () => {
  it('is found at the addresses that clients try, and works below its path', async () => {
    world = await startWorld({ path: '/tenant/one' })
    for (const url of authorizationServerMetadataUrls(world.issuer)) {
      expect(await fetchJson(url), url).toMatchObject({
        status: 200,
        body: { issuer: world.issuer, token_endpoint: `${world.issuer}/token` },
      })
    }
    expect(claimsOf(await requestAgentToken(world)).iss).toBe(world.issuer)
    expect((await approve(startAttempt(world))).searchParams.get('iss')).toBe(world.issuer)
    const origin = new URL(world.issuer).origin
    for (const path of ['/token', '/.well-known/oauth-authorization-server', '/tenant/two/token', '/tenant/onetoken']) {
      expect((await fetchJson(origin + path)).status, path).toBe(404)
    }
  })
})
