/** Authorization server metadata (RFC 8414) and where it is served. */
import { parseMetadataIdentifier } from './well-known.ts'

/** What an authorization server tells about itself (RFC 8414 §2), as far as it is used here. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  readonly jwks_uri?: string
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  /** Ours: see `RevocationFeed`. */
  readonly revocation_feed_endpoint?: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported?: readonly string[]
  readonly grant_types_supported?: readonly string[]
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  readonly token_endpoint_auth_signing_alg_values_supported?: readonly string[]
  /** RFC 7636 §6.2: a client goes no further unless `S256` is among them. */
  readonly code_challenge_methods_supported?: readonly string[]
  /** RFC 9207 §3: the authorization response names its issuer. */
  readonly authorization_response_iss_parameter_supported?: boolean
  /** RFC 9449 §5.1. */
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly [member: string]: unknown
}

/**
 * Takes an issuer identifier; yields the URLs of its metadata in the order to try them: RFC 8414 §3.1, the same place
 * for OpenID Connect (RFC 8414 §5), and with a path OpenID Connect Discovery §4.1. Throws a `TypeError` for what is no
 * http(s) URL, or has a query or fragment (RFC 8414 §2).
 */
export function authorizationServerMetadataUrls(issuer: string): string[] {
  const { origin, path, query } = parseMetadataIdentifier(issuer)
  if (query !== '' || issuer.includes('?')) throw new TypeError('An issuer identifier has no query (RFC 8414 §2).')
  const suffix = path.endsWith('/') ? path.slice(0, -1) : path
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${suffix}`,
    `${origin}/.well-known/openid-configuration${suffix}`,
  ]
  if (suffix !== '') urls.push(`${origin}${suffix}/.well-known/openid-configuration`)
  return urls
}
