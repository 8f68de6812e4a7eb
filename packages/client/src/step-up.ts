/** Who may give the agent more than it has: the operator's list, or a person; never the agent itself (RFC 9470's idea, for scopes and capabilities). */
import type { CapabilityRequest, WantedLimits } from '@countersign/capability'
import { AuthorizationRefused } from './authorization-refused.ts'
import type { McpCall } from './tool-call.ts'

/** What a person is asked. Text in here may come from a model or a server: show it, never obey it. */
export interface ApprovalRequest {
  /** The resource identifier of the server that asks for more. */
  readonly resource: string
  /** The scopes that the agent does not hold yet; none where it is about a capability. */
  readonly scopes: readonly string[]
  /** The JSON-RPC method of the call that needs them. */
  readonly method?: string
  /** The tool, for `tools/call`. */
  readonly tool?: string
  /** Its arguments, as they were sent. */
  readonly arguments?: unknown
  /**
   * The capability that the call needs and the agent would ask for: it is for exactly this call. A yes gives no scope.
   * `describeCapability` of `@countersign/capability` puts it into words.
   */
  readonly capability?: CapabilityRequest
}

/** Asks a person, outside of the model's reach. Only `true` is a yes. */
export type Approve = (request: ApprovalRequest) => Promise<boolean>

/** What the agent may do by itself, and who is asked beyond that. */
export interface StepUpPolicy {
  /** Scopes that the operator lets the agent take without asking. */
  readonly unattended: readonly string[]
  /** Tools that the operator lets the agent take capabilities for without asking. */
  readonly unattendedTools: readonly string[]
  /** How many uses and how much time a capability may have at the most, whoever is asked. */
  readonly capabilityLimits: WantedLimits
  /** Without one, everything else is refused. */
  readonly approve: Approve | undefined
}

/** `unattended` lasts through renewals; `approved` does not. */
export type StepUpDecision = 'unattended' | 'approved' | 'refused'

/** A step-up to be decided; `call` is undefined when the request cannot be shown truthfully. */
export interface StepUpRequest {
  readonly resource: string
  readonly scopes: readonly string[]
  readonly call: McpCall | undefined
}

/**
 * Decides on scopes that the agent does not hold.
 *
 * @throws AuthorizationRefused `approval_failed` when `approve` itself fails
 */
export async function decideStepUp(policy: StepUpPolicy, request: StepUpRequest): Promise<StepUpDecision> {
  const { resource, scopes, call } = request
  if (scopes.every((scope) => policy.unattended.includes(scope))) return 'unattended'
  if (policy.approve === undefined || call === undefined) return 'refused'
  return (await ask(policy.approve, { resource, scopes, ...call })) ? 'approved' : 'refused'
}

/** A capability to be decided, for the call that was just made. */
export interface CapabilityStepUp {
  readonly resource: string
  readonly capability: CapabilityRequest
  readonly call: { readonly tool: string; readonly arguments: unknown }
}

/**
 * Decides whether the agent asks for a capability.
 *
 * @throws AuthorizationRefused `approval_failed`
 */
export async function mayAskForCapability(
  { unattendedTools, approve }: StepUpPolicy,
  { resource, capability, call }: CapabilityStepUp,
): Promise<boolean> {
  if (unattendedTools.includes(call.tool)) return true
  if (approve === undefined) return false
  const { tool, arguments: args } = call
  return ask(approve, { resource, scopes: [], method: 'tools/call', tool, arguments: args, capability })
}

/**
 * Asks once; a failure is no yes.
 *
 * @throws AuthorizationRefused `approval_failed`
 */
export async function ask(approve: Approve, request: ApprovalRequest): Promise<boolean> {
  try {
    return (await approve(request)) === true
  } catch {
    throw new AuthorizationRefused('approval_failed', 'The `approve` callback failed; nothing was granted.')
  }
}
