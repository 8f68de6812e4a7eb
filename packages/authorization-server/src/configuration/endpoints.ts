/** What the metadata says of endpoints, beyond what the library says by itself (RFC 8414 §2). */
import type { Middleware } from 'oidc-provider'
import { FEED_PATH } from '../revocation/feed.ts'

/** How a client shows who it is; a resource server that introspects may also have a secret. */
export const CLIENT_AUTH = ['private_key_jwt', 'none']

/** The members to add. */
export function describeEndpoints(issuer: string): Record<string, unknown> {
  return {
    introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'],
    revocation_endpoint_auth_methods_supported: CLIENT_AUTH,
    revocation_feed_endpoint: `${issuer}${FEED_PATH}`,
  }
}

/** Creates middleware that takes back what the library says too much: no token is issued to a secret. */
export function createMetadataCorrection(): Middleware {
  return async (ctx, next) => {
    await next()
    const { body } = ctx
    if (typeof body !== 'object' || body === null || !('token_endpoint_auth_methods_supported' in body)) return
    body.token_endpoint_auth_methods_supported = CLIENT_AUTH
  }
}
