/** The token carries every scope that the call needs (RFC 6750 §3.1). */
import { established } from '../call.ts'
import type { Check } from './check.ts'

/** Names all that is needed, in one challenge, so that one answer is enough (MCP authorization, Scope Challenge Handling). */
export const scope: Check = (call) => {
  const held = established(call.token).scopes
  const requirements = call.scoped ?? established(call.requirements)
  for (const { scopes } of requirements) {
    if (scopes?.some((one) => !held.has(one))) {
      const needed = new Set(requirements.flatMap((requirement) => requirement.scopes ?? []))
      return { ok: false, rejection: { code: 'insufficient_scope', scopes: [...needed] } }
    }
  }
  return undefined
}
