/** What the `authorization_details` of a token allow, in words (RFC 9396 §9.1). */
import { describeCapability, parseCapabilities } from '@countersign/capability'
import { describeMoment } from './span.ts'

/** One sentence for all capabilities; entries of other types are for others to understand. */
export function explainCapabilities(value: unknown, now: number): string {
  const parsed = parseCapabilities(value, 'token')
  if (!parsed.ok) return `worth nothing here: one entry is malformed (${parsed.reason})`
  if (parsed.value.length === 0) return 'single acts that it allows; none of a type that is known here'
  const acts = parsed.value.map((capability) => {
    const tense = capability.expires > now ? 'expires' : 'expired'
    return `${describeCapability(capability).text} (${tense} ${describeMoment(capability.expires, now)})`
  })
  return `allows ${acts.join('; and ')}`
}
