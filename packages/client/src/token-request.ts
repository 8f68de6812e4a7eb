/** Asks a token endpoint (RFC 6749 §3.2), with a client assertion and a DPoP proof (RFC 9449 §5). */
import { readCompactJws } from '@countersign/core'
import { makeProof } from '@countersign/dpop'
import type { AgentParts } from './agent-parts.ts'
import { attestationHeader, obtainAttestation } from './attestation/obtain-attestation.ts'
import { AuthorizationRefused, parseOAuthError } from './authorization-refused.ts'
import { ACCESS_TOKEN_TYPE, type AuthorizationServer, TOKEN_EXCHANGE } from './authorization-server-discovery.ts'
import type { CapabilityBounds } from './capability/granted-capabilities.ts'
import { authenticateClient } from './client-authentication.ts'
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
  /** What capabilities the answer may carry: none where left out. */
  readonly capabilities?: CapabilityBounds
}

/** A token, and when it was asked for: its lifetime counts from then, which errs on the safe side. */
export interface ObtainedToken extends IssuedToken {
  /** NumericDate. */
  readonly requestedAt: number
  /** NumericDate at which the attestation that went along ends; undefined where none did. */
  readonly attestedUntil: number | undefined
}

/** What a token endpoint answered, and the attestation that it was shown. */
interface TokenAnswer extends JsonAnswer {
  readonly attestation: string | undefined
}

const ROLE = { name: 'token endpoint', failure: 'token_request_failed' } as const

/**
 * Requests a token; a demanded nonce is answered once, with a new proof and a new assertion, and so is a demand for a
 * fresh attestation.
 *
 * @throws AuthorizationRefused `token_request_failed` with the server's error code, `attestation_unavailable`, and
 * those of the response
 */
export async function requestToken(
  parts: AgentParts,
  server: AuthorizationServer,
  grant: TokenGrant,
): Promise<ObtainedToken> {
  const requestedAt = parts.clock()
  let answer = await postGrant(parts, server, { grant })
  if (demandsNonce(answer)) answer = await postGrant(parts, server, { grant })
  if (demandsFreshAttestation(answer)) answer = await postGrant(parts, server, { grant, freshAttestation: true })
  if (answer.status !== 200) throw failure(answer)
  const { scopes, capabilities } = grant
  const { thumbprint } = parts.key
  const known = { scopes, thumbprint, bearer: parts.bearer, now: parts.clock() }
  const issued = parseTokenResponse(answer.document, capabilities === undefined ? known : { ...known, capabilities })
  if (grant.parameters.grant_type === TOKEN_EXCHANGE) requireAccessToken(answer)
  parts.clients.bind(server.issuer)
  return { ...issued, requestedAt, attestedUntil: readExpiry(answer.attestation) }
}

/** One try. */
interface Attempt {
  readonly grant: TokenGrant
  /** Set when the server has called the last attestation too old. */
  readonly freshAttestation?: boolean
}

async function postGrant(
  parts: AgentParts,
  server: AuthorizationServer,
  { grant, freshAttestation = false }: Attempt,
): Promise<TokenAnswer> {
  const url = new URL(server.tokenEndpoint)
  const body = new URLSearchParams({ ...grant.parameters, resource: grant.resource })
  if (grant.sendScope && grant.scopes !== undefined) body.set('scope', grant.scopes.join(' '))
  const wish = { audience: server.issuer, demand: await authenticateClient(parts, server, body) }
  const attestation = await obtainAttestation(parts, wish, freshAttestation)
  const attested = attestation === undefined ? {} : { [attestationHeader]: attestation }
  const headers = { accept: 'application/json', dpop: await makeTokenProof(parts, url), ...attested }
  const init = { method: 'POST', headers, body }
  const answer = await fetchJsonDocument({ fetch: parts.fetch, url: url.href, init }, ROLE)
  parts.nonces.observe('authorization_server', url, answer.headers)
  return { ...answer, attestation }
}

function makeTokenProof({ key, nonces, clock }: AgentParts, url: URL): Promise<string> {
  const nonce = nonces.current('authorization_server', url)
  const issuedAt = Math.floor(clock())
  return makeProof(key, { method: 'POST', url: url.href, issuedAt, ...(nonce === undefined ? {} : { nonce }) })
}

/** RFC 9449 §8: 400 with `use_dpop_nonce`; some servers answer 401, as they do for other client failures. */
function demandsNonce({ status, headers, document }: JsonAnswer): boolean {
  return (status === 400 || status === 401) && document?.error === 'use_dpop_nonce' && headers.has('dpop-nonce')
}

function demandsFreshAttestation({ document, attestation }: TokenAnswer): boolean {
  return attestation !== undefined && document?.error === 'use_fresh_attestation'
}

/** On the issuer's word and clock: good for guessing why a server finds the agent unattested, and for nothing else. */
function readExpiry(attestation: string | undefined): number | undefined {
  const jws = attestation === undefined ? undefined : readCompactJws(attestation)
  const exp = jws?.ok === true ? jws.value.payload.exp : undefined
  return typeof exp === 'number' ? exp : undefined
}

/** RFC 8693 §2.2.1: an exchange may yield other things than access tokens, and says which. */
function requireAccessToken({ document }: JsonAnswer): void {
  if (document?.issued_token_type === ACCESS_TOKEN_TYPE) return
  throw new AuthorizationRefused('token_response_invalid', 'The token response has no valid `issued_token_type`.')
}

function failure({ status, document }: JsonAnswer): AuthorizationRefused {
  const error = parseOAuthError(document?.error)
  return new AuthorizationRefused(
    'token_request_failed',
    `The authorization server refused the token request with status ${status}; check the client's registration there.`,
    error,
  )
}
