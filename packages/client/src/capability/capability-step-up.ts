/** Answers a demand for a capability: only for the very call that was made, and only if the operator or a person allows it. */
import { type CapabilityRequest, equalsWantedCapability } from '@countersign/capability'
import type { AgentParts } from '../agent-parts.ts'
import type { HeldToken } from '../held-token.ts'
import type { OutgoingRequest } from '../outgoing-request.ts'
import type { ResourceAuthorization } from '../resource-authorization.ts'
import { mayAskForCapability } from '../step-up.ts'
import { type OutgoingToolCall, readToolCall } from '../tool-call.ts'
import type { CapabilityDemand } from './capability-demand.ts'
import { listCapabilityGrants, obtainCapability } from './capability-grants.ts'

/** A demand that is to be answered. */
interface AnsweredDemand extends CapabilityDemand {
  /** Whether the operator or a person has said yes to a capability for this very call before. */
  readonly isAllowed: boolean
}

/** A call, and the capability that a server wants for it: they say the same. */
interface WantedCall extends AnsweredDemand {
  readonly call: OutgoingToolCall
  readonly entry: CapabilityRequest
}

/**
 * Gets a token for the one call; runs alone for each resource.
 *
 * @returns undefined when the demand is for anything but the call, when nobody allows it, and when the authorization
 * server says no
 * @throws AuthorizationRefused `approval_failed`, `capability_exceeded` and what else is suspicious
 */
export async function stepUpToCapability(
  parts: AgentParts,
  { content, signal }: OutgoingRequest,
  authorization: ResourceAuthorization,
  demand: AnsweredDemand,
): Promise<HeldToken | undefined> {
  signal?.throwIfAborted()
  const { discovery } = authorization
  const call = content === undefined ? undefined : readToolCall(content)
  if (discovery === undefined || call === undefined) return undefined
  const { resource } = discovery
  const wanted = equalsWantedCapability(demand.entry, { resource, ...call }, parts.stepUp.capabilityLimits)
  if (!wanted.ok) return undefined
  // An equal call got one with uses left while this one waited for its turn.
  const known = demand.needsPerson ? undefined : authorization.capabilities.take(call)
  return known ?? askForCapability(parts, authorization, { ...demand, call, entry: wanted.value }, signal)
}

async function askForCapability(
  parts: AgentParts,
  authorization: ResourceAuthorization,
  { call, entry, needsPerson, isAllowed }: WantedCall,
  signal: AbortSignal | undefined,
): Promise<HeldToken | undefined> {
  const { discovery } = authorization
  if (discovery === undefined) return undefined
  const grants = await listCapabilityGrants(parts, discovery, { entry, needsPerson })
  // Nobody is asked for what could not be got.
  if (grants.length === 0) return undefined
  const { resource } = discovery
  const mayAsk = isAllowed || (await mayAskForCapability(parts.stepUp, { resource, capability: entry, call }))
  // A yes that comes after the call was given up is a yes to nothing.
  signal?.throwIfAborted()
  const held = mayAsk ? await authorization.ready() : undefined
  const token = held === undefined ? undefined : await obtainCapability(grants, held, discovery)
  if (token === undefined) return undefined
  authorization.capabilities.keep(call, token)
  return authorization.capabilities.take(call)
}
