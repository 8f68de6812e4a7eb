/// <reference path="../../packages/authorization-server/src/oidc-provider.d.ts" />
/** oidc-provider by itself, with the same features, on the in-memory adapter that it brings along. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { type Configuration, Provider } from 'oidc-provider'
import { clientId, type ServerSetup, scope } from './setup.ts'

/** Client credentials with `private_key_jwt`, DPoP with nonces, resource indicators, JWTs signed with Ed25519. */
export function createBareServer({ issuer, resource, clientJwk }: ServerSetup): RequestListener {
  const { privateKey } = generateKeyPairSync('ed25519')
  const configuration = {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'Ed25519', use: 'sig' }] },
    clients: [
      {
        client_id: clientId,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...clientJwk, use: 'sig' }] },
        scope,
        dpop_bound_access_tokens: true,
      },
    ],
    scopes: [scope],
    clientDefaults: { id_token_signed_response_alg: 'Ed25519' },
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['Ed25519'] },
    ttl: { ClientCredentials: 300 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true, allowReplay: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope,
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'Ed25519' } },
        }),
      },
    },
  }
  const handle = new Provider(issuer, configuration as unknown as Configuration).callback()
  return (request, response) => {
    handle(request, response).catch(() => response.destroy())
  }
}
