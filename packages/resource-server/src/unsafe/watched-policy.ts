/** A policy that tells what its checks do, so that it is known which of them a run could have done without. */
import type { Call } from '../call.ts'
import type { Check, Objection } from '../checks/check.ts'
import type { NamedCheck, Policy } from '../policy.ts'

/** Hears the name of each check that objects to a call, or establishes something about it. */
export type Watch = (check: string) => void

/** What the watch is told of calls whose proof is spent. */
export const SINGLE_USE = 'single_use'

/** The same policy, watched. A check that is never named has let every call pass as if it were not there. */
export function watchPolicy(policy: Policy, watch: Watch): Policy {
  const watched = ({ name, check }: NamedCheck): NamedCheck => ({ name, check: watchCheck(check, () => watch(name)) })
  return {
    ...policy,
    checks: policy.checks.map(watched),
    pressure: policy.pressure.map(watched),
    singleUse(call, context) {
      watch(SINGLE_USE)
      return policy.singleUse(call, context)
    },
  }
}

function watchCheck(check: Check, tell: () => void): Check {
  return async (call, context) => {
    const before: Call = { ...call }
    const objection: Objection = await check(call, context)
    if (objection !== undefined || hasChanged(before, call)) tell()
    return objection
  }
}

function hasChanged(before: Call, after: Call): boolean {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return old.size !== now.size || [...now].some(([member, value]) => old.get(member) !== value)
}
