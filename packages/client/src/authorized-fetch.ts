/** `fetch` for an agent: tokens and proofs are added here, below everything that a model can see. */
import type { AgentParts } from './agent-parts.ts'
import { answerForbidden } from './answer-forbidden.ts'
import { discard, sendRequest } from './bound-request.ts'
import type { CapabilityUse } from './capability/capability-tokens.ts'
import type { Exchange } from './exchange.ts'
import type { HeldToken } from './held-token.ts'
import { type OutgoingRequest, readOutgoingRequest } from './outgoing-request.ts'
import type { ResourceAuthorization } from './resource-authorization.ts'
import { type ResourceChallenge, readChallenge } from './resource-challenge.ts'
import type { TokenStore } from './token-store.ts'
import { untilAborted } from './turns.ts'

/**
 * Makes the agent's fetch.
 *
 * One call sends its request at most ten times: at first, after a renewal, with a fresh attestation, after a step-up and
 * with a person's approval on top, each with one answer to a demanded nonce. What the server says after that is handed back as it is.
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
    const fourth = await answerForbidden(parts, request, authorization, third)
    const last = fourth.stepUp ? await answerForbidden(parts, request, authorization, fourth) : fourth
    authorization.capabilities.settle(last.token, judgeUse(last.response))
    return last.response
  }
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

/** What became of the use of a capability: a call that was refused spends none. */
function judgeUse(response: Response): CapabilityUse {
  const { status } = response
  if (status === 401) return 'refused'
  if (status === 403) return readChallenge(response)?.error === 'insufficient_authorization' ? 'refused' : 'unspent'
  return status === 429 || status === 503 ? 'unspent' : 'spent'
}
