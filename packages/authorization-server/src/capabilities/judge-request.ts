/** Who may be given which capability: the operator's table decides, whatever a challenge or a client says. */
import type { CapabilityRequest, CapabilityResult } from '@countersign/capability'
import { errors, type OIDCProviderError } from 'oidc-provider'
import type { KnownTool, ToolTable } from './tool-table.ts'

/** An entry that only a person may grant was asked for where there is none; ours, beside `interaction_required`. */
class ApprovalRequired extends errors.OIDCProviderError {
  override readonly error_description = 'a person has to approve this: ask with an authorization request'

  constructor() {
    super(400, 'approval_required')
  }
}

/** The tool of an entry that says all that it has to, with what is acted on pinned; or what its author should know. */
export function findRequestedTool(tools: ToolTable, entry: CapabilityRequest): CapabilityResult<KnownTool, string> {
  const tool = tools.find(entry.locations[0], entry.tool)
  if (tool === undefined) return { ok: false, reason: 'this tool is not known here' }
  const isPinned = (pointer: string) => {
    const constraint = Object.hasOwn(entry.arguments, pointer) ? entry.arguments[pointer] : undefined
    return constraint !== undefined && 'equals' in constraint
  }
  const loose = tool.requirement.object.find((pointer) => !isPinned(pointer))
  return loose === undefined
    ? { ok: true, value: tool }
    : { ok: false, reason: `the tool asks for ${loose} to be one value` }
}

/** The same; throws `invalid_authorization_details`. */
export function assertRequestedTool(tools: ToolTable, entry: CapabilityRequest): KnownTool {
  const found = findRequestedTool(tools, entry)
  if (!found.ok) throw refusal(found.reason)
  return found.value
}

/** Whether scopes are enough to use a tool, or to ask a person for a capability of it. */
export function coversTool({ scopes }: KnownTool, held: readonly string[]): boolean {
  return scopes.every((scope) => held.includes(scope))
}

/** Throws when nobody but a person may grant an entry to somebody who holds these scopes. */
export function assertUnattended(tool: KnownTool, entry: CapabilityRequest, held: readonly string[]): void {
  if (!coversTool(tool, held)) throw refusal('this tool is beyond what the client may have')
  const { approval, uses, seconds } = tool.requirement
  if (approval === 'person') throw new ApprovalRequired()
  if (entry.uses > uses || entry.seconds > seconds) {
    throw refusal(`without a person no more than ${uses} uses in ${seconds} seconds are given`)
  }
}

/** `invalid_authorization_details`, with what the client's author should know. */
export function refusal(problem: string): OIDCProviderError {
  return new errors.InvalidAuthorizationDetails(problem)
}
