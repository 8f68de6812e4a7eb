/** Grants capabilities and exchanges tokens as an authorization server does: only ever narrower (RFC 8693, RFC 9396). */
import { randomBytes } from 'node:crypto'
import {
  type Capability,
  type CapabilityRequest,
  mintCapability,
  narrowCapability,
  parseCapabilities,
} from '@countersign/capability'

/** Who asks for the grant, and under which key. */
export interface Requester {
  readonly clientId: string
  readonly jkt: string
}

/** What a token says. */
export interface TokenContent extends Requester {
  readonly scope: string
  readonly resource: string
  readonly capabilities: readonly Capability[]
  readonly mayAct?: string
  readonly act?: { sub: string; act?: object }
  /** NumericDate. */
  readonly ends?: number
}

/** What is known of a token, or the OAuth error. */
export type Granting = TokenContent | { readonly error: string }

/** The operator's table. */
export interface CapabilityPolicy {
  approval: 'none' | 'person'
  /** Whom the agent may delegate to. */
  delegatesTo: readonly string[]
}

const TOOL_SCOPE = 'notes:delete'

/** A function for minting, on a clock. */
export function mintContext(now: number) {
  return { newId: () => randomBytes(16).toString('base64url'), now }
}

/** Reads the parameter; undefined when it is malformed. */
export function readDetails(parameter: string | null): readonly CapabilityRequest[] | undefined {
  const parsed = parseCapabilities(parameter === null ? undefined : JSON.parse(parameter), 'request')
  return parsed.ok ? parsed.value : undefined
}

/** Mints what nobody needs to approve. */
export function mintUnattended(
  requests: readonly CapabilityRequest[],
  { approval, now }: { approval: 'none' | 'person'; now: number },
): readonly Capability[] | { error: string } {
  if (requests.length > 0 && approval === 'person') return { error: 'approval_required' }
  return requests.flatMap((request) => {
    const minted = mintCapability(request, mintContext(now))
    return minted.ok ? [minted.value] : []
  })
}

/** Judges an exchange of a token whose content is known. */
export function exchange(
  form: URLSearchParams,
  {
    subject,
    requester,
    now,
    policy,
  }: { subject: TokenContent; requester: Requester; now: number; policy: CapabilityPolicy },
): Granting {
  const isOwn = subject.clientId === requester.clientId && subject.jkt === requester.jkt
  if (!isOwn && subject.mayAct !== requester.clientId) return { error: 'invalid_grant' }
  if ((subject.ends ?? 0) <= now) return { error: 'invalid_grant' }
  if (form.get('resource') !== subject.resource) return { error: 'invalid_target' }
  const requests = readDetails(form.get('authorization_details'))
  if (requests === undefined) return { error: 'invalid_authorization_details' }
  const scope = form.get('scope') ?? (requests.length > 0 ? '' : subject.scope)
  const held = subject.scope.split(' ')
  if (scope !== '' && !scope.split(' ').every((name) => held.includes(name))) return { error: 'invalid_scope' }
  const everything = form.get('scope') === null && requests.length === 0
  const capabilities = everything ? subject.capabilities : narrow(requests, { subject, now, policy })
  if ('error' in capabilities) return capabilities
  const mayAct = form.get('may_act')
  if (mayAct !== null && !policy.delegatesTo.includes(mayAct)) return { error: 'invalid_request' }
  const act = isOwn
    ? subject.act
    : {
        sub: requester.clientId,
        ...(subject.act === undefined ? { act: { sub: subject.clientId } } : { act: subject.act }),
      }
  return {
    ...requester,
    scope,
    resource: subject.resource,
    capabilities,
    ...(mayAct !== null && { mayAct }),
    ...(act && { act }),
    ends: subject.ends ?? 0,
  }
}

function narrow(
  requests: readonly CapabilityRequest[],
  { subject, now, policy }: { subject: TokenContent; now: number; policy: CapabilityPolicy },
): readonly Capability[] | { error: string } {
  const granted: Capability[] = []
  for (const request of requests) {
    const child = subject.capabilities
      .map((parent) => narrowCapability(parent, request, mintContext(now)))
      .find(({ ok }) => ok)
    if (child?.ok === true) {
      granted.push(child.value)
      continue
    }
    if (!subject.scope.split(' ').includes(TOOL_SCOPE)) return { error: 'invalid_authorization_details' }
    const minted = mintUnattended([request], { approval: policy.approval, now })
    if ('error' in minted) return minted
    granted.push(...minted)
  }
  return granted
}
