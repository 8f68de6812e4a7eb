/** Answers a demand for scopes, when the operator or a person allows them. */
import type { AgentParts } from './agent-parts.ts'
import { unlessDeclined } from './authorization-refused.ts'
import type { HeldToken } from './held-token.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { ResourceAuthorization } from './resource-authorization.ts'
import { missingScopes } from './scope-set.ts'
import { decideStepUp } from './step-up.ts'
import { readMcpCall } from './tool-call.ts'

/**
 * Gets a token that carries scopes; runs alone for each resource.
 *
 * @returns undefined when nobody allows it, or the authorization server says no
 * @throws AuthorizationRefused `approval_failed` and what else is suspicious
 */
export async function stepUpToScopes(
  { stepUp: policy, delegation }: AgentParts,
  { content, signal }: OutgoingRequest,
  authorization: ResourceAuthorization,
  wanted: readonly string[],
): Promise<HeldToken | undefined> {
  signal?.throwIfAborted()
  // A delegation is all that there is; nobody is asked for what could not be got.
  if (delegation !== undefined) return undefined
  const held = await authorization.ready()
  const { discovery } = authorization
  if (held === undefined || discovery === undefined) return undefined
  const scopes = missingScopes(wanted, held.scopes)
  // Another call got them while this one waited for its turn.
  if (scopes.length === 0) return held
  const call = content === undefined ? undefined : readMcpCall(content)
  const decision = await decideStepUp(policy, { resource: discovery.resource, scopes, call })
  // A yes that comes after the call was given up is a yes to nothing.
  signal?.throwIfAborted()
  if (decision === 'refused') return undefined
  // A refusal by the authorization server leaves the caller with the 403; anything suspicious is thrown.
  return unlessDeclined(() => authorization.widen(wanted, decision === 'unattended'))
}
