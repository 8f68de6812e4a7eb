/** Every message of the body asks for something that was declared; the rest of the protocol is closed. */
import { established } from '../call.ts'
import { findRequirements } from '../policy/message-requirement.ts'
import type { DeclaredRequirement } from '../policy/requirement-tables.ts'
import type { Check } from './check.ts'

/** Establishes `requirements`, those of all messages together, and whose they are in `judged`. */
export const declared: Check = (call, context) => {
  const requirements: DeclaredRequirement[] = []
  const messages = established(call.messages)
  for (const message of messages) {
    const found = findRequirements(message, context.requirements)
    if (!found.ok) return found
    requirements.push(...found.value)
  }
  call.requirements = requirements
  call.judged = messages
  return undefined
}
