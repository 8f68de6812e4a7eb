/** What is said of calls that no capability of the token allows: the gravest reason, and what to ask for. */
import { type CompleteCapabilityRequirement, describeWantedCapability, type ToolCall } from '@countersign/capability'
import type { Refused, RejectionCode } from '@countersign/core'

/** Why a call lacks a capability, and what it would have to be like. */
export interface CapabilityLack {
  readonly code: Extract<RejectionCode, `capability_${string}` | 'approval_required'>
  readonly reason?: string
  /** Absent where the arguments are not even such that a capability could name them. */
  readonly call?: ToolCall
  readonly requirement: CompleteCapabilityRequirement
}

/** From the gravest: who has one for something else may have been talked into this call. */
const gravity = [
  'capability_mismatch',
  'capability_expired',
  'capability_required',
  'capability_exhausted',
  'approval_required',
] as const

/** Entries of one challenge: as many as a token may hold. */
const mostEntries = 32

/** Refuses for all calls together, so that one answer is enough; `undefined` for none. */
export function refuseLacks(lacks: readonly CapabilityLack[]): Refused | undefined {
  const gravest = gravity.flatMap((code) => lacks.find((lack) => lack.code === code) ?? [])[0]
  if (gravest === undefined) return undefined
  const { code, reason } = gravest
  const remediation = lacks.slice(0, mostEntries).flatMap(describeWanted)
  return {
    ok: false,
    rejection: { code, ...(reason !== undefined && { reason }), ...(remediation.length > 0 && { remediation }) },
  }
}

/** None where the arguments don't name what is acted on, or are too much for an entry. */
function describeWanted({ call, requirement }: CapabilityLack): readonly Readonly<Record<string, unknown>>[] {
  const wanted = call === undefined ? undefined : describeWantedCapability(requirement, call)
  return wanted?.ok === true ? [{ ...wanted.value }] : []
}
