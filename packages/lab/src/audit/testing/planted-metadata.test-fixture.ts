/** What a server that was built to be audited publishes, with single faults. */
import type { Lacks } from './planted-tokens.test-fixture.ts'

/** The protected resource metadata; undefined for none. */
export function plantResourceMetadata(url: string, lacks: Lacks): object | undefined {
  if (lacks('no_resource_metadata')) return undefined
  const issuer = lacks('insecure_authorization_server') ? 'http://auth.example' : new URL(url).origin
  return {
    resource: lacks('resource_mismatch') ? 'https://other.example/mcp' : url,
    ...(lacks('no_authorization_servers') ? {} : { authorization_servers: [issuer] }),
    scopes_supported: ['read', 'write'],
    bearer_methods_supported: lacks('query_tokens_advertised') ? ['header', 'query'] : ['header'],
    ...(lacks('dpop_not_advertised') ? {} : { dpop_signing_alg_values_supported: ['ES256'] }),
  }
}

/** The metadata of its authorization server; undefined for none. */
export function plantIssuerMetadata(url: string, lacks: Lacks): object | undefined {
  if (lacks('no_issuer_metadata')) return undefined
  const { origin } = new URL(url)
  const methods = lacks('pkce_not_advertised') ? [] : ['S256']
  return {
    issuer: lacks('issuer_mismatch') ? 'https://other.example' : origin,
    authorization_endpoint: `${origin}/authorize`,
    jwks_uri: `${origin}/jwks`,
    token_endpoint: `${origin}/token`,
    introspection_endpoint: `${origin}/introspect`,
    code_challenge_methods_supported: [...methods, ...(lacks('pkce_plain') ? ['plain'] : [])],
    response_types_supported: lacks('implicit_grant') ? ['code', 'id_token token'] : ['code'],
    grant_types_supported: lacks('password_grant') ? ['authorization_code', 'password'] : ['authorization_code'],
    ...(lacks('response_without_issuer') ? {} : { authorization_response_iss_parameter_supported: true }),
    ...(lacks('issuer_without_dpop') ? {} : { dpop_signing_alg_values_supported: ['ES256'] }),
  }
}
