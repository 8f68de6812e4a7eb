/** The policy with single checks taken out or done weakly: what each is worth is seen without it. */
import type { Check } from '../checks/check.ts'
import { type SingleUse, singleUse } from '../checks/single-use.ts'
import { type NamedCheck, type Policy, policy } from '../policy.ts'
import { anyCapability, capabilityOfAnyTime, reusableContinuations } from './weak-capabilities.ts'
import {
  anyonesSession,
  firstMessageOnly,
  forgedIsMissing,
  lenientMessage,
  lenientProof,
  noSingleUse,
  proofForRequestUrl,
  singleUseByBytes,
  undeclaredIsOpen,
} from './weak-checks.ts'

/** Checks that may be left out: the others establish what their successors read. */
export const removableChecks = [
  'known_host',
  'allowed_origin',
  'audience',
  'validity',
  'revocation',
  'attestation',
  'attestation_policy',
  'sender_binding',
  'proof',
  'content_digest',
  'legacy_attestation',
  'routing_headers',
  'required_digest',
  'capability',
  'scope',
  'rates',
  'friction',
] as const

/** Weaknesses seen in the field, each one setting: which check is done in another way. */
const weakVariants = {
  endpoint_from_request: { of: 'proof', check: proofForRequestUrl },
  single_use_by_bytes: { of: 'proof', check: lenientProof },
  forged_is_missing: { of: 'attestation', check: forgedIsMissing },
  anyones_session: { of: 'session_owner', check: anyonesSession },
  lenient_json: { of: 'message', check: lenientMessage },
  undeclared_is_open: { of: 'declared', check: undeclaredIsOpen },
  any_capability: { of: 'capability', check: anyCapability },
  capability_window: { of: 'capability', check: capabilityOfAnyTime },
  reusable_continuations: { of: 'continuation', check: reusableContinuations },
  first_message_only: { of: 'declared', check: firstMessageOnly },
} as const satisfies Readonly<Record<string, { of: string; check: Check }>>

/** Weaknesses of what comes after the checks. */
const weakEndings = [
  /** No proof id is kept. */
  'no_single_use',
  /** Only the proofs of calls that were let through are spent. */
  'single_use_of_allowed_only',
  /** A capability is good for any number of calls. */
  'no_capability_count',
  /** Streams outlive their token. */
  'endless_streams',
  /** Handlers are given what their caller proved itself with. */
  'credentials_handed_on',
  /** While the shared store cannot be asked, each process counts for itself. */
  'local_fallback',
] as const

type WeakVariant = keyof typeof weakVariants

/** What may be wrong with a weakened guard. */
export type Weakness = (typeof removableChecks)[number] | WeakVariant | (typeof weakEndings)[number]

// `Object.keys` forgets the names of what it lists.
const variantNames = Object.keys(weakVariants) as WeakVariant[]

/** All of them: a check each that is left out, or one that is done in another way. */
export const weaknesses: readonly Weakness[] = [...removableChecks, ...variantNames, ...weakEndings]

/** The name of the check that a weakness leaves out or does in another way; undefined where it is none of `checks`. */
export function checkOfWeakness(weakness: Weakness): string | undefined {
  if (weakEndings.some((name) => name === weakness)) return undefined
  return variantNames.some((name) => name === weakness) ? weakVariants[weakness as WeakVariant].of : weakness
}

/** The same policy, weaker by exactly what is named. */
export function weakenPolicy(without: readonly Weakness[]): Policy {
  const checks = policy.checks
    .filter(({ name }) => !without.some((weakness) => weakness === name))
    .map((named): NamedCheck => {
      const variant = findVariant(named.name, without)
      return variant === undefined ? named : { name: named.name, check: variant }
    })
  return {
    checks,
    pressure: policy.pressure.filter(({ name }) => !without.some((weakness) => weakness === name)),
    singleUse: findSingleUse(without),
    spendsRefused: !without.includes('single_use_of_allowed_only'),
    countsUses: !without.includes('no_capability_count'),
    boundStreams: !without.includes('endless_streams'),
    withholdsCredentials: !without.includes('credentials_handed_on'),
  }
}

function findVariant(name: string, without: readonly Weakness[]): Check | undefined {
  return Object.entries(weakVariants).find(
    ([weakness, { of }]) => of === name && without.some((one) => one === weakness),
  )?.[1].check
}

function findSingleUse(without: readonly Weakness[]): SingleUse {
  if (without.includes('no_single_use')) return noSingleUse
  return without.includes('single_use_by_bytes') ? singleUseByBytes : singleUse
}
