/** What the metadata says of endpoints, beyond what the library says by itself (RFC 8414 §2). */
import type { Middleware } from 'oidc-provider'
import { FEED_PATH } from '../revocation/feed.ts'

/** How a client that the library knows shows who it is; a resource server that introspects may also have a secret. */
export const CLIENT_AUTH = ['private_key_jwt', 'none']

/** What is advertised of the other ways, those in `client-authentication/`. */
export interface AuthenticationMethods {
  /** True where attestations are looked at. */
  readonly attestation: boolean
  /** True where some client gets its tokens without one. */
  readonly mayOmitAttestation: boolean
  /** True where JWT-SVIDs are. */
  readonly spiffe: boolean
}

/** What an attestation may be signed with: EdDSA is an older name of Ed25519. */
const ATTESTATION_ALGORITHMS = ['Ed25519', 'EdDSA', 'ES256']

/** The members to add. */
export function describeEndpoints(issuer: string, methods: AuthenticationMethods): Record<string, unknown> {
  const svid = methods.spiffe ? ['spiffe_jwt'] : []
  return {
    introspection_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', ...svid],
    revocation_endpoint_auth_methods_supported: [...CLIENT_AUTH, ...svid],
    revocation_feed_endpoint: `${issuer}${FEED_PATH}`,
    ...(methods.attestation && {
      client_attestation_pop_methods_supported: methods.mayOmitAttestation
        ? ['dpop_combined', 'none']
        : ['dpop_combined'],
      client_attestation_signing_alg_values_supported: ATTESTATION_ALGORITHMS,
    }),
  }
}

/** Creates middleware that corrects what the library says of the token endpoint: no token is issued to a secret. */
export function createMetadataCorrection({ attestation, spiffe }: AuthenticationMethods): Middleware {
  const supported = [
    ...CLIENT_AUTH,
    ...(attestation ? ['attest_jwt_client_auth'] : []),
    ...(spiffe ? ['spiffe_jwt'] : []),
  ]
  return async (ctx, next) => {
    await next()
    const { body } = ctx
    if (typeof body !== 'object' || body === null || !('token_endpoint_auth_methods_supported' in body)) return
    body.token_endpoint_auth_methods_supported = supported
  }
}
