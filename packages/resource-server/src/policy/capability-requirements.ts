/** What tools ask of capabilities, checked when the guard is made. */
import { type CompleteCapabilityRequirement, completeCapabilityRequirement } from '@countersign/capability'
import { ConfigurationError } from '../configuration-error.ts'
import type { Requirement } from '../guard-options.ts'

/** Throws `ConfigurationError`; `where` says in which option. */
export function readCapabilityRequirement(
  where: string,
  requirement: NonNullable<Requirement['capability']>,
): CompleteCapabilityRequirement {
  try {
    return completeCapabilityRequirement(requirement)
  } catch (error) {
    throw error instanceof TypeError ? new ConfigurationError(`${where}: capability: ${error.message}`) : error
  }
}

/** Of a tool that asks for none: a capability that stands in for its scopes speaks for every argument of the call. */
export const everyArgument: CompleteCapabilityRequirement = completeCapabilityRequirement({ object: [] })
