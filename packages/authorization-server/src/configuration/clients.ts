/** Clients: how a registration becomes client metadata (RFC 7591 §2). */
import { isLoopbackHost, parsePublicJwk } from '@countersign/core'
import { TOKEN_EXCHANGE } from '../token-exchange/grant-type.ts'
import type { ClientRegistration } from './options.ts'

/** The key type behind each assertion algorithm: ES256, Ed25519. */
const ASSERTION_CURVES = new Set(['P-256', 'Ed25519'])

/** Turns a registration into metadata; throws a TypeError that names the client and the cure. */
export function toClientMetadata(client: ClientRegistration, knownScopes: readonly string[]): Record<string, unknown> {
  checkRegistration(client, knownScopes)
  const interactive = client.grants.includes('authorization_code')
  // Every interactive client may log a person in: `openid` adds nothing to what a resource server is shown.
  const scopes = [...(interactive ? ['openid'] : []), ...client.scopes]
  return {
    client_id: client.clientId,
    ...(client.name === undefined ? {} : { client_name: client.name }),
    application_type: redirectsToDevice(client) ? 'native' : 'web',
    grant_types: client.grants.map((grant) => (grant === 'token_exchange' ? TOKEN_EXCHANGE : grant)),
    response_types: interactive ? ['code'] : [],
    redirect_uris: [...(client.redirectUris ?? [])],
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    // The library knows nothing of our other means of proof: see `client-authentication/`.
    token_endpoint_auth_method: hasKeys(client) ? 'private_key_jwt' : 'none',
    ...(hasKeys(client)
      ? { jwks: { keys: (client.jwks?.keys ?? []).map((key) => toAssertionKey(client.clientId, key)) } }
      : {}),
    // Everybody may ask; who gets which of them is decided for each tool: see `capabilities/`.
    authorization_details_types: ['mcp_tool'],
    dpop_bound_access_tokens: client.allowBearer !== true,
  }
}

function hasKeys({ public: isPublic, authentication = 'private_key_jwt' }: ClientRegistration): boolean {
  return isPublic !== true && authentication === 'private_key_jwt'
}

function checkRegistration(client: ClientRegistration, knownScopes: readonly string[]): void {
  const refuse = (problem: string) => {
    throw new TypeError(`The client ${JSON.stringify(client.clientId)} ${problem}`)
  }
  const keys = client.jwks?.keys ?? []
  if (client.grants.length === 0) refuse('is registered for no grant.')
  if (client.public === true && keys.length > 0) refuse('is public and has keys: drop one of both.')
  if (hasKeys(client) && keys.length === 0) refuse('has no keys: give `jwks`, or make it public.')
  if (!hasKeys(client) && keys.length > 0)
    refuse(`has keys beside the authentication ${client.authentication}: drop one of both.`)
  if (client.public === true && client.grants.includes('client_credentials')) {
    refuse('is public: it cannot use client_credentials.')
  }
  if (client.grants.includes('refresh_token') && !client.grants.includes('authorization_code')) {
    refuse('gets refresh tokens only with authorization_code.')
  }
  const redirects = client.redirectUris ?? []
  if (client.grants.includes('authorization_code') !== redirects.length > 0) {
    refuse('needs `redirectUris` with authorization_code, and only then.')
  }
  for (const uri of redirects) {
    if (!isSafeRedirect(uri)) refuse(`cannot be sent to ${uri}: use https, a loopback http URI or an app's own scheme.`)
  }
  for (const scope of client.scopes) {
    if (!knownScopes.includes(scope)) refuse(`asks for the scope ${JSON.stringify(scope)}, which no resource has.`)
  }
}

/** A code in the clear, or sent to a script, is a code given away (RFC 9700 §2.1; RFC 8252 §7.1). */
function isSafeRedirect(uri: string): boolean {
  const url = URL.parse(uri)
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:') return true
  if (url.protocol === 'http:') return isLoopbackHost(url.hostname)
  return url.protocol.includes('.')
}

function redirectsToDevice({ redirectUris = [] }: ClientRegistration): boolean {
  return redirectUris.some((uri) => URL.parse(uri)?.protocol !== 'https:')
}

/** A bare public key: no `alg`, so that `EdDSA` and `Ed25519` name the same key. */
export function toAssertionKey(clientId: string, key: object): object {
  const parsed = parsePublicJwk(key)
  if (!parsed.ok || !('crv' in parsed.value) || !ASSERTION_CURVES.has(parsed.value.crv)) {
    throw new TypeError(`The client ${JSON.stringify(clientId)} has a key that is not a public P-256 or Ed25519 JWK.`)
  }
  const kid = 'kid' in key && typeof key.kid === 'string' ? { kid: key.kid } : {}
  return { ...parsed.value, ...kid, use: 'sig' }
}
