/** The authorization code grant: PKCE (RFC 7636), state, the issuer's name (RFC 9207) and the key (RFC 9449 §10). */
import type { CapabilityRequest } from '@countersign/capability'
import { constantTimeEquals, encodeBase64url } from '@countersign/core'
import { AuthorizationRefused, parseOAuthError } from './authorization-refused.ts'
import type { AuthorizationServer } from './authorization-server-discovery.ts'
import type { Interaction } from './credentials.ts'

/** What a person is asked to grant. */
export interface AuthorizationRequest {
  readonly server: AuthorizationServer
  readonly clientId: string
  readonly interaction: Interaction
  readonly resource: string
  readonly scopes: readonly string[] | undefined
  /** RFC 9396 §3; none where left out. */
  readonly capabilities?: readonly CapabilityRequest[]
  /** Thumbprint of the proof key: the code is worth nothing under another. */
  readonly thumbprint: string
}

/** Token request parameters that redeem a code (RFC 6749 §4.1.3). */
export type CodeGrant = Readonly<Record<'grant_type' | 'code' | 'code_verifier' | 'redirect_uri', string>>

/** RFC 6749 Appendix A.11: VSCHAR; the length is ours. */
const CODE = /^[\x20-\x7e]{1,4096}$/

/**
 * Sends a person to the authorization endpoint and takes what the browser brings back.
 *
 * @throws AuthorizationRefused `pkce_unsupported`, `metadata_invalid`, `state_mismatch`, `issuer_mismatch`,
 * `authorization_denied`
 */
export async function requestAuthorizationCode(request: AuthorizationRequest): Promise<CodeGrant> {
  const endpoint = requireCodeSupport(request.server)
  const state = randomText()
  const verifier = randomText()
  const url = await buildAuthorizationUrl(endpoint, request, { state, verifier })
  const back = await request.interaction.authorize(url)
  const { redirectUri } = request.interaction
  const code = readAuthorizationResponse(back, { redirectUri, state, server: request.server })
  return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }
}

/** A server that does not promise S256 may ignore the challenge, and a stolen code then works (RFC 9700 §2.1.1). */
function requireCodeSupport(server: AuthorizationServer): URL {
  if (!server.challengeMethods.includes('S256')) {
    throw new AuthorizationRefused(
      'pkce_unsupported',
      'The authorization server does not announce PKCE with S256 in `code_challenge_methods_supported`.',
    )
  }
  if (server.authorizationEndpoint === undefined) {
    throw new AuthorizationRefused('metadata_invalid', 'The metadata lacks `authorization_endpoint`.')
  }
  return new URL(server.authorizationEndpoint)
}

/** 256 bits, base64url: 43 characters, what RFC 7636 §4.1 asks of a verifier. */
function randomText(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
}

async function buildAuthorizationUrl(
  endpoint: URL,
  request: AuthorizationRequest,
  secrets: { readonly state: string; readonly verifier: string },
): Promise<URL> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secrets.verifier))
  const parameters = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.interaction.redirectUri,
    resource: request.resource,
    state: secrets.state,
    code_challenge: encodeBase64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    dpop_jkt: request.thumbprint,
    ...(request.scopes === undefined ? {} : { scope: request.scopes.join(' ') }),
    ...(request.capabilities && { authorization_details: JSON.stringify(request.capabilities) }),
  }
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/**
 * Reads the authorization response. State and issuer come first: until they hold, nothing else in it is ours to read.
 *
 * @throws AuthorizationRefused `state_mismatch`, `issuer_mismatch`, `authorization_denied`
 */
function readAuthorizationResponse(
  back: URL,
  expected: { readonly redirectUri: string; readonly state: string; readonly server: AuthorizationServer },
): string {
  const redirect = new URL(expected.redirectUri)
  const state = single(back, 'state')
  const returned = back.origin === redirect.origin && back.pathname === redirect.pathname
  if (!returned || state === undefined || !constantTimeEquals(state, expected.state)) {
    throw new AuthorizationRefused('state_mismatch', 'The authorization response does not belong to this request.')
  }
  requireIssuer(back, expected.server)
  const code = single(back, 'code')
  if (code !== undefined && CODE.test(code)) return code
  throw new AuthorizationRefused(
    'authorization_denied',
    'The authorization was not granted.',
    parseOAuthError(single(back, 'error')),
  )
}

/** RFC 9207 §2.4: a wrong issuer always stops; a missing one does where the server promises it. */
function requireIssuer(back: URL, server: AuthorizationServer): void {
  const named = back.searchParams.getAll('iss')
  const honest = named.length === 0 ? !server.namesIssuerInResponse : named.length === 1 && named[0] === server.issuer
  if (honest) return
  throw new AuthorizationRefused(
    'issuer_mismatch',
    'The authorization response comes from another issuer than the one that was asked.',
  )
}

function single(url: URL, name: string): string | undefined {
  const values = url.searchParams.getAll(name)
  return values.length === 1 ? values[0] : undefined
}
