/** Every message of the body asks for something that was declared; the rest of the protocol is closed. */
import { established } from '../call.ts'
import { findRequirements } from '../policy/message-requirement.ts'
import type { DeclaredRequirement } from '../policy/requirement-tables.ts'
import type { Check } from './check.ts'

/** Establishes `requirements`, those of all messages together. */
export const declared: Check = (call, context) => {
  const requirements: DeclaredRequirement[] = []
  for (const message of established(call.messages)) {
    const found = findRequirements(message, context.requirements)
    if (!found.ok) return found
    requirements.push(...found.value)
  }
  call.requirements = requirements
  return undefined
}
