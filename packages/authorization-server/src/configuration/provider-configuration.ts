/** The whole configuration of oidc-provider: where each part of it is decided. */

import { writeAgentClaim } from '@countersign/attestation/verify'
import { CLOCK_DIFFERENCE } from '@countersign/core'
import type { Configuration } from 'oidc-provider'
import { type CapabilityParts, createAuthorizationDetails } from '../capabilities/authorization-details.ts'
import { findAgent } from '../client-authentication/client-attestation.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import { renderErrorPage } from '../pages/error.ts'
import { checkClientAssertion } from '../single-use/client-assertion.ts'
import type { StorageAdapter } from '../store/adapter.ts'
import { digestId } from '../store/artefact-store.ts'
import type { Secrets } from '../store/secrets.ts'
import type { UserStore } from '../store/users.ts'
import { findExchangedClaims } from '../token-exchange/exchanged-claims.ts'
import { toClientMetadata } from './clients.ts'
import { type AuthenticationMethods, CLIENT_AUTH, describeEndpoints } from './endpoints.ts'
import { createFeatures } from './features.ts'
import { createInteractionPolicy } from './interaction-policy.ts'
import type { ClientRegistration } from './options.ts'
import type { ResourceRegistry } from './resources.ts'
import { lifetimes, SIGNING_ALGORITHM } from './tokens.ts'

/** The parts that the configuration is made of. */
export interface ProviderParts {
  readonly issuer: string
  readonly clients: readonly ClientRegistration[]
  readonly authentication: AuthenticationMethods
  readonly resources: ResourceRegistry
  readonly capabilities: CapabilityParts
  readonly users: UserStore
  readonly secrets: Secrets
  readonly keys: Pick<SigningKeys, 'published'>
  readonly adapter: (model: string) => StorageAdapter
  readonly now: () => number
}

const PROOF_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA']

/** Builds the configuration; throws a TypeError for a client that cannot be. */
export function createProviderConfiguration(parts: ProviderParts): Configuration {
  const { issuer, clients, authentication, resources, capabilities, users, secrets, keys, adapter, now } = parts
  const mountPath = new URL(issuer).pathname.replace(/\/$/, '')
  return {
    adapter,
    clients: collectClients(clients, resources),
    scopes: ['openid', ...resources.scopes],
    jwks: { keys: [...keys.published()] },
    features: createFeatures(resources, createAuthorizationDetails(capabilities), secrets.nonceSecret),

    routes: {
      authorization: '/authorize',
      token: '/token',
      jwks: '/jwks',
      introspection: '/introspect',
      revocation: '/revoke',
    },
    discovery: describeEndpoints(issuer, authentication),
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: resources.introspectsWithSecret ? [...CLIENT_AUTH, 'client_secret_basic'] : CLIENT_AUTH,
    assertJwtClientAuthClaimsAndHeader: async (ctx, claims) => checkClientAssertion(ctx, issuer, claims, now()),
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM, token_endpoint_auth_method: 'private_key_jwt' },
    clientBasedCORS: (_ctx, origin, client) =>
      client.redirectUris.some((uri) => URL.parse(uri)?.origin === origin && origin !== 'null'),
    enabledJWA: {
      clientAuthSigningAlgValues: PROOF_ALGORITHMS,
      dPoPSigningAlgValues: PROOF_ALGORITHMS,
      idTokenSigningAlgValues: [SIGNING_ALGORITHM],
    },
    clockTolerance: CLOCK_DIFFERENCE,

    ttl: lifetimes,
    // The id of a grant is nobody's business; its digest names it to those who have to hear that it ended.
    extraTokenClaims: async (ctx, { grantId }) => {
      const agent = findAgent(ctx)
      return {
        ...(grantId !== undefined && { grant_id: digestId(grantId) }),
        // What this very request was attested to be: a refresh token carries none of it on.
        ...(agent !== undefined && { agent: writeAgentClaim(agent) }),
        ...findExchangedClaims(ctx),
      }
    },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // A family stands on its own grant: a later login in the same browser must not end it.
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,

    cookies: {
      keys: [secrets.cookieKey],
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    findAccount: async (_ctx, subject) =>
      (await users.has(subject)) ? { accountId: subject, claims: async () => ({ sub: subject }) } : undefined,
    interactions: {
      policy: createInteractionPolicy(),
      url: async (_ctx, { uid }) => `${mountPath}/interaction/${uid}`,
    },
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId)
    },
    renderError: async (ctx, out, error) => renderErrorPage(ctx, out, error),
  }
}

function collectClients(
  clients: readonly ClientRegistration[],
  { scopes, introspectors }: ResourceRegistry,
): Record<string, unknown>[] {
  const all = [...clients.map((client) => toClientMetadata(client, scopes)), ...introspectors]
  const ids = all.map((metadata) => metadata.client_id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new TypeError(`The client ${JSON.stringify(twice)} is registered twice.`)
  return all
}
