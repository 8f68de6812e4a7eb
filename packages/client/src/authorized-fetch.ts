/** `fetch` for an agent: tokens and proofs are added here, below everything that a model can see. */
import type { AgentParts } from './agent-parts.ts'
import { discard, sendRequest } from './bound-request.ts'
import { readCapabilityDemand } from './capability/capability-demand.ts'
import { stepUpToCapability } from './capability/capability-step-up.ts'
import type { CapabilityUse } from './capability/capability-tokens.ts'
import type { HeldToken } from './held-token.ts'
import { type OutgoingRequest, readOutgoingRequest } from './outgoing-request.ts'
import type { ResourceAuthorization } from './resource-authorization.ts'
import { type ResourceChallenge, readChallenge } from './resource-challenge.ts'
import { missingScopes } from './scope-set.ts'
import { stepUpToScopes } from './scope-step-up.ts'
import type { TokenStore } from './token-store.ts'
import { untilAborted } from './turns.ts'

/**
 * Makes the agent's fetch.
 *
 * One call sends its request at most eight times: at first, after a renewal, with a fresh attestation and after a
 * step-up, each with one answer to a demanded nonce. What the server says after that is handed back as it is.
 */
export function createAuthorizedFetch(parts: AgentParts, tokens: TokenStore): typeof fetch {
  return async (input, init) => {
    const request = await readOutgoingRequest(input, init)
    const authorization = tokens.find(request.url)
    const ready = await untilAborted(authorization.ready(), request.signal)
    const token = authorization.capabilities.takeFor(request.content) ?? ready
    const first = { token, response: await sendRequest(parts, request, { token }) }
    const second = await answerUnauthorized(parts, request, authorization, first)
    const third = await answerStaleAttestation(parts, request, authorization, second)
    const last = await answerForbidden(parts, request, authorization, third)
    authorization.capabilities.settle(last.token, judgeUse(last.response))
    return last.response
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
  authorization.capabilities.settle(refused, 'refused')
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

/** Answers a 403 that asks for more scopes, or for a capability, when the operator or a person allows it: once. */
async function answerForbidden(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  exchange: Exchange,
): Promise<Exchange> {
  const { token: held, response } = exchange
  const challenge = response.status === 403 ? readChallenge(response) : undefined
  if (held === undefined || challenge === undefined) return exchange
  const stepUp = await chooseStepUp(parts, request, authorization, { held, response, challenge })
  if (stepUp === undefined) return exchange
  authorization.capabilities.settle(held, 'refused')
  const token = await untilAborted(authorization.approvals(stepUp), request.signal)
  if (token === undefined) return exchange
  discard(response)
  return { token, response: await sendRequest(parts, request, { token }) }
}

/** A 403, and what was refused. */
interface Forbidden {
  readonly held: HeldToken
  readonly response: Response
  readonly challenge: ResourceChallenge
}

async function chooseStepUp(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  { held, response, challenge }: Forbidden,
): Promise<(() => Promise<HeldToken | undefined>) | undefined> {
  const { error, scopes } = challenge
  if (error === 'insufficient_scope' && scopes !== undefined && missingScopes(scopes, held.scopes).length > 0) {
    return () => stepUpToScopes(parts, request, authorization, scopes)
  }
  const demand = await readCapabilityDemand(challenge, response)
  return demand && (() => stepUpToCapability(parts, request, authorization, demand))
}

/** What became of the use of a capability: a call that was refused spends none. */
function judgeUse(response: Response): CapabilityUse {
  const { status } = response
  if (status === 401) return 'refused'
  if (status === 403) return readChallenge(response)?.error === 'insufficient_authorization' ? 'refused' : 'unspent'
  return status === 429 || status === 503 ? 'unspent' : 'spent'
}
