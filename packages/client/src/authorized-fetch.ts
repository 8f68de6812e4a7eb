/** `fetch` for an agent: tokens and proofs are added here, below everything that a model can see. */
import type { AgentParts } from './agent-parts.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { discard, sendRequest } from './bound-request.ts'
import { type OutgoingRequest, readOutgoingRequest } from './outgoing-request.ts'
import type { HeldToken, ResourceAuthorization } from './resource-authorization.ts'
import { type ResourceChallenge, readChallenge } from './resource-challenge.ts'
import { missingScopes } from './scope-set.ts'
import { decideStepUp } from './step-up.ts'
import { createTokenStore } from './token-store.ts'
import { readMcpCall } from './tool-call.ts'
import { untilAborted } from './turns.ts'

/**
 * Makes the agent's fetch.
 *
 * One call sends its request at most eight times: at first, after a renewal, with a fresh attestation and after a
 * step-up, each with one answer to a demanded nonce. What the server says after that is handed back as it is.
 */
export function createAuthorizedFetch(parts: AgentParts): typeof fetch {
  const tokens = createTokenStore(parts)
  return async (input, init) => {
    const request = await readOutgoingRequest(input, init)
    const authorization = tokens.find(request.url)
    const token = await untilAborted(authorization.ready(), request.signal)
    const first = { token, response: await sendRequest(parts, request, { token }) }
    const second = await answerUnauthorized(parts, request, authorization, first)
    const third = await answerStaleAttestation(parts, request, authorization, second)
    return answerForbidden(parts, request, authorization, third)
  }
}

/** A response, and the token that the request carried. */
interface Exchange {
  readonly token: HeldToken | undefined
  readonly response: Response
}

/** Answers a 401 with a new token, unless another one would not help: the proof, not the token, was found wanting. */
async function answerUnauthorized(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  exchange: Exchange,
): Promise<Exchange> {
  const { token: refused, response } = exchange
  const challenge = response.status === 401 ? readChallenge(response) : undefined
  if (challenge === undefined || !wantsToken(challenge, refused)) return exchange
  discard(response)
  const token = await untilAborted(authorization.renew(challenge, refused), request.signal)
  return { token, response: await sendRequest(parts, request, { token }) }
}

function wantsToken({ error }: ResourceChallenge, refused: HeldToken | undefined): boolean {
  return refused === undefined || error === undefined || error === 'invalid_token'
}

/**
 * Answers a 403 that finds the agent's attestation too old: with a fresh one, where the server takes them from the
 * agent; with a new token, where it relies on what the authorization server was shown and that has lapsed.
 */
async function answerStaleAttestation(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  exchange: Exchange,
): Promise<Exchange> {
  const { token: held, response } = exchange
  const error = response.status === 403 ? readChallenge(response)?.error : undefined
  if (held === undefined || parts.attestation === undefined) return exchange
  if (held.attestation.demand !== 'unwanted') {
    if (error !== 'use_fresh_attestation') return exchange
    discard(response)
    return { token: held, response: await sendRequest(parts, request, { token: held, freshAttestation: true }) }
  }
  if (error !== 'invalid_client_attestation' || !hasLapsed(parts, held)) return exchange
  discard(response)
  const token = await untilAborted(authorization.renew(undefined, held), request.signal)
  return { token, response: await sendRequest(parts, request, { token }) }
}

/** Seconds by which the server's clock may be ahead of ours. */
const CLOCK_DIFFERENCE = 30

function hasLapsed({ clock }: AgentParts, { attestedUntil }: HeldToken): boolean {
  return attestedUntil !== undefined && clock() >= attestedUntil - CLOCK_DIFFERENCE
}

/** Answers a 403 that asks for more scopes, when the operator or a person allows it. */
async function answerForbidden(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  { token: held, response }: Exchange,
): Promise<Response> {
  const challenge = response.status === 403 ? readChallenge(response) : undefined
  if (held === undefined || challenge?.error !== 'insufficient_scope' || challenge.scopes === undefined) return response
  const wanted = challenge.scopes
  if (missingScopes(wanted, held.scopes).length === 0) return response
  const token = await untilAborted(
    authorization.approvals(() => stepUp(parts, request, authorization, wanted)),
    request.signal,
  )
  if (token === undefined) return response
  discard(response)
  return sendRequest(parts, request, { token })
}

/** Yields a token that carries the scopes, or undefined when nobody allows it; runs alone for each resource. */
async function stepUp(
  { stepUp: policy }: AgentParts,
  { content, signal }: OutgoingRequest,
  authorization: ResourceAuthorization,
  wanted: readonly string[],
): Promise<HeldToken | undefined> {
  signal?.throwIfAborted()
  const held = await authorization.ready()
  const { resource } = authorization
  if (held === undefined || resource === undefined) return undefined
  const scopes = missingScopes(wanted, held.scopes)
  // Another call got them while this one waited for its turn.
  if (scopes.length === 0) return held
  const call = content === undefined ? undefined : readMcpCall(content)
  const decision = await decideStepUp(policy, { resource, scopes, call })
  // A yes that comes after the call was given up is a yes to nothing.
  signal?.throwIfAborted()
  return decision === 'refused' ? undefined : widen(authorization, wanted, decision === 'unattended')
}

/** A refusal by the authorization server leaves the caller with the 403; anything suspicious is thrown. */
async function widen(
  authorization: ResourceAuthorization,
  scopes: readonly string[],
  lasting: boolean,
): Promise<HeldToken | undefined> {
  try {
    return await authorization.widen(scopes, lasting)
  } catch (error) {
    const declined =
      error instanceof AuthorizationRefused &&
      (error.code === 'token_request_failed' || error.code === 'authorization_denied')
    if (declined) return undefined
    throw error
  }
}
