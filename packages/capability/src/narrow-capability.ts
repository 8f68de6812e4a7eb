/** Delegation: a capability of one's own, cut from another, whose uses it shares. */
import type { Capability, CapabilityAncestor, CapabilityRequest } from './capability.ts'
import { type CapabilityFault, type CapabilityResult, fail } from './capability-result.ts'
import { MOST_ANCESTORS } from './limits.ts'
import { type MintContext, parseMinted } from './mint-capability.ts'
import { type Attenuable, narrows, type WiderReason } from './narrows.ts'

/** Why nothing is delegated: the parent is over, the line is too long, or more is asked for than there is. */
export type NarrowFault = CapabilityFault | WiderReason | 'parent_expired' | 'too_deep'

/**
 * Takes a parent and a request, both as parsed; yields the child, which names the parent as its nearest ancestor. Time
 * is cut to what the parent has left; for anything else that exceeds it the request is refused. What a person approved
 * is passed on as approved only where nothing of it was changed. Throws a `TypeError` when `newId` yields no id.
 */
export function narrowCapability(
  parent: Capability,
  { seconds, ...terms }: CapabilityRequest,
  { newId, now }: MintContext,
): CapabilityResult<Capability, NarrowFault> {
  if (!(now < parent.expires)) return fail('parent_expired')
  const ancestors = [...(parent.ancestors ?? []), toAncestor(parent)]
  if (ancestors.length > MOST_ANCESTORS) return fail('too_deep')
  const not_before = Math.max(terms.not_before ?? 0, parent.not_before ?? 0)
  const expires = Math.min(parent.expires, Math.max(Math.floor(now), not_before) + seconds)
  const window = not_before === 0 ? { expires } : { not_before, expires }
  const wanted = { ...terms, ...window }
  const narrower = narrows(wanted, parent)
  if (!narrower.ok) return narrower
  return parseMinted({ ...wanted, id: newId(), ancestors, ...keepApproval(wanted, parent) })
}

/** The child is no wider than its parent; where the parent is no wider either, it is what the person saw. */
function keepApproval(child: Attenuable, parent: Capability): { readonly approved_at?: number } {
  const { approved_at } = parent
  return approved_at !== undefined && narrows(parent, child).ok ? { approved_at } : {}
}

function toAncestor({ id, uses, expires }: Capability): CapabilityAncestor {
  return { id, uses, expires }
}
