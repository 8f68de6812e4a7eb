/** Asks a token endpoint (RFC 6749 §3.2), with a client assertion and a DPoP proof (RFC 9449 §5). */
import { makeProof } from '@countersign/dpop'
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused, parseOAuthError } from './authorization-refused.ts'
import type { AuthorizationServer } from './authorization-server-discovery.ts'
import { fetchJsonDocument, type JsonAnswer } from './json-document.ts'
import { type IssuedToken, parseTokenResponse } from './token-response.ts'

/** One grant to be turned into a token. */
export interface TokenGrant {
  /** `grant_type` and what belongs to it. */
  readonly parameters: Readonly<Record<string, string>>
  /** RFC 8707 §2.2: what the token is for. */
  readonly resource: string
  /** Sent as `scope` when `sendScope` is set; the answer may not exceed them in any case. */
  readonly scopes: readonly string[] | undefined
  /** False for a code, whose scope was settled before, and for a refresh that narrows nothing. */
  readonly sendScope: boolean
}

/** A token, and when it was asked for: its lifetime counts from then, which errs on the safe side. */
export interface ObtainedToken extends IssuedToken {
  /** NumericDate. */
  readonly requestedAt: number
}

const ROLE = { name: 'token endpoint', failure: 'token_request_failed' } as const
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Requests a token; a demanded nonce is answered once, with a new proof and a new assertion.
 *
 * @throws AuthorizationRefused `token_request_failed` with the server's error code, and those of the response
 */
export async function requestToken(
  parts: AgentParts,
  server: AuthorizationServer,
  grant: TokenGrant,
): Promise<ObtainedToken> {
  const requestedAt = parts.clock()
  let answer = await postGrant(parts, server, grant)
  if (demandsNonce(answer)) answer = await postGrant(parts, server, grant)
  if (answer.status !== 200) throw failure(answer)
  const { key, bearer } = parts
  const expected = { scopes: grant.scopes, thumbprint: key.thumbprint, bearer }
  const issued = parseTokenResponse(answer.document, expected)
  parts.clients.bind(server.issuer)
  return { ...issued, requestedAt }
}

async function postGrant(parts: AgentParts, server: AuthorizationServer, grant: TokenGrant): Promise<JsonAnswer> {
  const url = new URL(server.tokenEndpoint)
  const body = new URLSearchParams({ ...grant.parameters, resource: grant.resource })
  if (grant.sendScope && grant.scopes !== undefined) body.set('scope', grant.scopes.join(' '))
  await authenticateClient(parts, server, body)
  const nonce = parts.nonces.current('authorization_server', url)
  const proof = await makeProof(parts.key, {
    method: 'POST',
    url: url.href,
    issuedAt: Math.floor(parts.clock()),
    ...(nonce === undefined ? {} : { nonce }),
  })
  const headers = { accept: 'application/json', dpop: proof }
  const answer = await fetchJsonDocument(
    { fetch: parts.fetch, url: url.href, init: { method: 'POST', headers, body } },
    ROLE,
  )
  parts.nonces.observe('authorization_server', url, answer.headers)
  return answer
}

/**
 * Adds `client_id` and, where the client has a key, a new assertion.
 *
 * @throws AuthorizationRefused `client_authentication_unsupported`
 */
export async function authenticateClient(
  parts: Pick<AgentParts, 'clients' | 'clock'>,
  server: AuthorizationServer,
  body: URLSearchParams,
): Promise<void> {
  const { clientId, signAssertion } = await parts.clients.find(server)
  body.set('client_id', clientId)
  if (signAssertion === undefined) return
  if (server.clientAuthentication?.includes('private_key_jwt') === false) {
    throw new AuthorizationRefused(
      'client_authentication_unsupported',
      'The authorization server does not support private_key_jwt, the only client authentication used here.',
    )
  }
  body.set('client_assertion_type', ASSERTION_TYPE)
  body.set(
    'client_assertion',
    await signAssertion({ audience: server.issuer, now: parts.clock(), algorithms: server.assertionAlgorithms }),
  )
}

/** RFC 9449 §8: 400 with `use_dpop_nonce`; some servers answer 401, as they do for other client failures. */
function demandsNonce({ status, headers, document }: JsonAnswer): boolean {
  return (status === 400 || status === 401) && document?.error === 'use_dpop_nonce' && headers.has('dpop-nonce')
}

function failure({ status, document }: JsonAnswer): AuthorizationRefused {
  const error = parseOAuthError(document?.error)
  return new AuthorizationRefused(
    'token_request_failed',
    `The authorization server refused the token request with status ${status}; check the client's registration there.`,
    error,
  )
}
