/** What of oidc-provider is switched on: the grants of OAuth 2.1, DPoP with nonces, resource indicators, details. */

import type {
  AccessToken,
  AuthorizationDetailsFeature,
  Client,
  Configuration,
  Context,
  RefreshToken,
} from 'oidc-provider'
import { mayIntrospect, mayRevoke } from '../introspection/policy.ts'
import type { ResourceRegistry } from './resources.ts'

/** Builds `features`; every endpoint that nothing here needs is off. `nonceSecret` is 32 bytes. */
export function createFeatures(
  resources: ResourceRegistry,
  richAuthorizationRequests: AuthorizationDetailsFeature,
  nonceSecret: Buffer,
): Configuration['features'] {
  return {
    clientCredentials: { enabled: true },
    dPoP: { enabled: true, nonceSecret, requireNonce: () => true, allowReplay: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (ctx: Context, _client: Client, oneOf?: string[]) =>
        oneOf ?? resources.defaultIndicator(ctx.oidc),
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx: Context, indicator: string, client: Client) =>
        resources.describe(ctx, indicator, client),
    },
    richAuthorizationRequests,
    introspection: {
      enabled: true,
      allowedPolicy: async (ctx: Context, client: Client, token: AccessToken | RefreshToken) =>
        mayIntrospect(resources, { ctx, client }, token),
    },
    revocation: {
      enabled: true,
      allowedPolicy: async (ctx: Context, client: Client, token: AccessToken | RefreshToken) =>
        mayRevoke({ ctx, client }, token),
    },
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  }
}
