/** The security policy, to be read from top to bottom: what a call has to pass before a tool runs. */
import { accessToken } from './checks/access-token.ts'
import { allowedOrigin } from './checks/allowed-origin.ts'
import { attestation } from './checks/attestation.ts'
import { attestationPolicy } from './checks/attestation-policy.ts'
import { audience } from './checks/audience.ts'
import { capability } from './checks/capability.ts'
import type { Check } from './checks/check.ts'
import { content } from './checks/content.ts'
import { contentDigest } from './checks/content-digest.ts'
import { continuation } from './checks/continuation.ts'
import { credentials } from './checks/credentials.ts'
import { declared } from './checks/declared.ts'
import { friction } from './checks/friction.ts'
import { httpMethod } from './checks/http-method.ts'
import { knownHost } from './checks/known-host.ts'
import { message } from './checks/message.ts'
import { proof } from './checks/proof.ts'
import { rates } from './checks/rates.ts'
import { requiredDigest } from './checks/required-digest.ts'
import { revocation } from './checks/revocation.ts'
import { routingHeaders } from './checks/routing-headers.ts'
import { scope } from './checks/scope.ts'
import { secureTransport } from './checks/secure-transport.ts'
import { senderBinding } from './checks/sender-binding.ts'
import { sessionOwner } from './checks/session-owner.ts'
import { type SingleUse, singleUse } from './checks/single-use.ts'
import { validity } from './checks/validity.ts'
import type { GuardContext } from './guard-context.ts'
import { legacyAttestation } from './legacy/legacy-attestation.ts'
import type { RequirementTables } from './policy/requirement-tables.ts'

/** A check with the name that it is spoken of by. */
export interface NamedCheck {
  readonly name: string
  readonly check: Check
  /** Asked once, when a guard is made: where it says no, the check could object to no call of that guard. Default yes. */
  readonly applies?: (context: GuardContext) => boolean
}

/** The checks of a call, and what it costs. */
export interface Policy {
  readonly checks: readonly NamedCheck[]
  /** Asked of calls that have passed all of those, once their proof is known to be new: they count, whoever asks. */
  readonly pressure: readonly NamedCheck[]
  /** What is spent of every call whose proof was good. */
  readonly singleUse: SingleUse
  /** Whether that is spent of refused calls too. */
  readonly spendsRefused: boolean
  /** Whether uses of capabilities are counted. */
  readonly countsUses: boolean
  /** Whether streams end when their token does. */
  readonly boundStreams: boolean
  /** Whether credentials stay with the guard, so that no handler can pass them on. */
  readonly withholdsCredentials: boolean
}

/** Cheap before dear, and everything that needs no store first. */
export const policy: Policy = {
  checks: [
    // shape
    { name: 'secure_transport', check: secureTransport },
    { name: 'known_host', check: knownHost },
    { name: 'allowed_origin', check: allowedOrigin },
    { name: 'http_method', check: httpMethod },
    { name: 'credentials', check: credentials },
    // token
    { name: 'access_token', check: accessToken },
    { name: 'audience', check: audience },
    { name: 'validity', check: validity },
    // sender
    { name: 'sender_binding', check: senderBinding },
    { name: 'proof', check: proof },
    // After the proof, so that a call refused for want of an answer is spent too, and can't be landed later.
    { name: 'revocation', check: revocation },
    // agent
    { name: 'attestation', check: attestation },
    { name: 'session_owner', check: sessionOwner },
    // content
    { name: 'content', check: content },
    { name: 'content_digest', check: contentDigest },
    { name: 'message', check: message },
    { name: 'legacy_attestation', check: legacyAttestation, applies: ({ legacy }) => legacy !== undefined },
    { name: 'routing_headers', check: routingHeaders },
    // method and scope
    { name: 'declared', check: declared },
    { name: 'attestation_policy', check: attestationPolicy, applies: ({ attestation }) => attestation.isAsked },
    { name: 'required_digest', check: requiredDigest, applies: ({ requirements }) => asksForDigest(requirements) },
    { name: 'continuation', check: continuation },
    { name: 'capability', check: capability, applies: ({ ledger }) => ledger.lifetime === 'durable' },
    { name: 'scope', check: scope },
  ],
  pressure: [
    { name: 'rates', check: rates },
    { name: 'friction', check: friction },
  ],
  // ledger
  singleUse,
  spendsRefused: true,
  countsUses: true,
  boundStreams: true,
  withholdsCredentials: true,
}

/** The same policy without the checks that can't object to any call of this guard, so that none waits for them. */
export function selectChecks(whole: Policy, context: GuardContext): Policy {
  const select = (checks: readonly NamedCheck[]) => checks.filter(({ applies }) => applies?.(context) ?? true)
  return { ...whole, checks: select(whole.checks), pressure: select(whole.pressure) }
}

function asksForDigest({ tools, resources, prompts, methods }: RequirementTables): boolean {
  return [tools, resources, prompts, methods].some(({ asksForDigest: asks }) => asks)
}
