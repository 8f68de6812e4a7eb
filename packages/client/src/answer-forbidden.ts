/** Answers a 403 that asks for more, when the operator or a person allows it. */
import type { AgentParts } from './agent-parts.ts'
import { discard, sendRequest } from './bound-request.ts'
import { readCapabilityDemand } from './capability/capability-demand.ts'
import { stepUpToCapability } from './capability/capability-step-up.ts'
import type { Exchange, StepUp } from './exchange.ts'
import type { HeldToken } from './held-token.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { ResourceAuthorization } from './resource-authorization.ts'
import { readChallenge } from './resource-challenge.ts'
import { missingScopes } from './scope-set.ts'
import { stepUpToScopes } from './scope-step-up.ts'
import { untilAborted } from './turns.ts'

/**
 * Gets what a server asks for, and sends the request once more.
 *
 * A server that was given scopes or a capability may then still ask for a person's approval, as it does where a tool is
 * leant on; nothing else is given twice to one call.
 *
 * @returns the exchange as it was, where nothing comes about
 */
export async function answerForbidden(
  parts: AgentParts,
  request: OutgoingRequest,
  authorization: ResourceAuthorization,
  exchange: Exchange,
): Promise<Exchange> {
  const { token: held, response } = exchange
  const stepUp = held === undefined ? undefined : await readStepUp(exchange, held)
  if (stepUp === undefined) return exchange
  authorization.capabilities.settle(held, 'refused')
  // An approval of the very call is not asked for twice; the authorization server has yet to ask a person.
  const isAllowed = exchange.stepUp?.kind === 'capability'
  const take = () =>
    stepUp.kind === 'scopes'
      ? stepUpToScopes(parts, request, authorization, stepUp.scopes)
      : stepUpToCapability(parts, request, authorization, { ...stepUp.demand, isAllowed })
  const token = await untilAborted(authorization.approvals(take), request.signal)
  if (token === undefined) return exchange
  discard(response)
  return { token, response: await sendRequest(parts, request, { token }), stepUp }
}

/** What a 403 asks for, unless it is what was just given. */
async function readStepUp({ response, stepUp: before }: Exchange, held: HeldToken): Promise<StepUp | undefined> {
  const challenge = response.status === 403 ? readChallenge(response) : undefined
  if (challenge === undefined) return undefined
  const { error, scopes } = challenge
  if (error === 'insufficient_scope' && scopes !== undefined && before === undefined) {
    return missingScopes(scopes, held.scopes).length === 0 ? undefined : { kind: 'scopes', scopes }
  }
  const demand = await readCapabilityDemand(challenge, response)
  if (demand === undefined || (before !== undefined && !isNewDemand(demand.needsPerson, before))) return undefined
  return { kind: 'capability', demand }
}

function isNewDemand(needsPerson: boolean, before: StepUp): boolean {
  return needsPerson && (before.kind === 'scopes' || !before.demand.needsPerson)
}
