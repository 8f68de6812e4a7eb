/** Capabilities judged the way that scopes are: for the class of action, or whenever they come. */
import { matchCapability } from '@countersign/capability'
import { encodeBase64url } from '@countersign/core'
import type { Call } from '../call.ts'
import { createCapabilityCheck } from '../checks/capability.ts'
import type { Check } from '../checks/check.ts'
import { continuation } from '../checks/continuation.ts'

/** Takes any capability for the tool to allow every call of it. */
export const anyCapability: Check = createCapabilityCheck(() => ({ ok: true }))

const sameCallAtAnyTime = createCapabilityCheck((compiled, call, requirement) => {
  const { not_before: now = 0 } = compiled.capability
  return matchCapability(compiled, { ...call, now }, requirement)
})

/** Takes a capability before its time and after it; its count is kept for as long as the call takes. */
export const capabilityOfAnyTime: Check = (call, context) => {
  const objection = sameCallAtAnyTime(call, context)
  const until = context.clock() + 60
  if (call.uses !== undefined) call.uses = call.uses.map((use) => keepLonger(use, until))
  return objection
}

type Use = NonNullable<Call['uses']>[number]

function keepLonger(use: Use, until: number): Use {
  const [first, ...others] = use.candidates.map((held) => ({
    ...held,
    spends: held.spends.map((spend) => ({ ...spend, until: Math.max(spend.until, until) })),
  }))
  return first === undefined ? use : { ...use, candidates: [first, ...others] }
}

/** Takes a continuation as often as it comes. */
export const reusableContinuations: Check = async (call, context) => {
  const objection = await continuation(call, context)
  if (call.continued !== undefined) {
    call.continued = call.continued.map((one) => ({ ...one, spend: { ...one.spend, key: drawKey() } }))
  }
  return objection
}

function drawKey(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
}
