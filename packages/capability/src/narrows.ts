/** Whether one capability allows nothing that another one does not: the rule of all delegation. */
import type { Capability } from './capability.ts'
import { type CapabilityJudgement, fail } from './capability-result.ts'
import type { ArgumentConstraints } from './constraint.ts'
import { narrowsConstraint } from './constraints/narrow-constraint.ts'

/** In which respect the child is wider, or is not known to be narrower. */
export type WiderReason = 'resource' | 'tool' | 'not_before' | 'expires' | 'uses' | 'argument' | 'constraint'

/** What is compared; id, ancestors and approval say nothing about which calls are allowed. */
export type Attenuable = Omit<Capability, 'id' | 'ancestors' | 'approved_at'>

/**
 * Takes two capabilities as parsed. Where it says yes, every call that the child allows the parent allows, and no more
 * of them. It may say no to what is narrower all the same, such as a range inside of a list of numbers. A parent's
 * argument has to be constrained in the child, and no other one may be: it would be undeclared under the parent. The
 * proof is sketched in `docs/attenuation.md`.
 */
export function narrows(child: Attenuable, parent: Attenuable): CapabilityJudgement<WiderReason> {
  if (child.locations[0] !== parent.locations[0]) return fail('resource')
  if (child.tool !== parent.tool) return fail('tool')
  if ((child.not_before ?? 0) < (parent.not_before ?? 0)) return fail('not_before')
  if (child.expires > parent.expires) return fail('expires')
  if (child.uses > parent.uses) return fail('uses')
  return narrowsArguments(child.arguments, parent.arguments)
}

function narrowsArguments(
  child: ArgumentConstraints,
  parent: ArgumentConstraints,
): CapabilityJudgement<'argument' | 'constraint'> {
  const pointers = Object.keys(child)
  if (pointers.length !== Object.keys(parent).length) return fail('argument')
  for (const pointer of pointers) {
    const own = child[pointer]
    const inherited = Object.hasOwn(parent, pointer) ? parent[pointer] : undefined
    if (own === undefined || inherited === undefined) return fail('argument')
    if (!narrowsConstraint(own, inherited)) return fail('constraint')
  }
  return { ok: true }
}
