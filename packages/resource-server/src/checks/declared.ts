/** Every message of the body asks for something that was declared; the rest of the protocol is closed. */
import { type Call, established } from '../call.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Message } from '../policy/message.ts'
import { findRequirements } from '../policy/message-requirement.ts'
import type { DeclaredRequirement } from '../policy/requirement-tables.ts'
import type { Check, Objection } from './check.ts'

/** Establishes `requirements`, those of all messages together, and whose they are in `judged`. */
export const declared: Check = (call, context) => {
  const messages = established(call.messages)
  const [only] = messages
  if (only !== undefined && messages.length === 1) return establishOne(call, only, context)
  const requirements: DeclaredRequirement[] = []
  for (const message of messages) {
    const found = findRequirements(message, context.requirements)
    if (!found.ok) return found
    requirements.push(...found.value)
  }
  call.requirements = requirements
  call.judged = messages
  return undefined
}

/** What nearly every call is: the same as above, without a list of its own. */
function establishOne(call: Call, message: Message, { requirements }: GuardContext): Objection {
  const found = findRequirements(message, requirements)
  if (!found.ok) return found
  call.requirements = found.value
  call.judged = established(call.messages)
  return undefined
}
