/** The policy with single checks taken out or done the way that others do them: what each is worth is seen without it. */
import { spendKey } from '@countersign/core'
import { established } from '../call.ts'
import type { Check } from '../checks/check.ts'
import { declared } from '../checks/declared.ts'
import { proof } from '../checks/proof.ts'
import { singleUse } from '../checks/single-use.ts'
import { findRequirements } from '../policy/message-requirement.ts'
import type { NamedCheck, Policy } from '../policy.ts'
import { policy } from '../policy.ts'

/** Checks that may be left out: the others establish what their successors read. */
export const removableChecks = [
  'known_host',
  'allowed_origin',
  'audience',
  'validity',
  'sender_binding',
  'proof',
  'content_digest',
  'routing_headers',
  'required_digest',
  'scope',
] as const

/** Weaknesses seen in the field, each one setting. */
export const weaknesses = [
  /** No proof id is kept. */
  'no_single_use',
  /** Only proofs of calls that were let through are spent. */
  'single_use_of_allowed_only',
  /** Proofs are decoded leniently and remembered by their bytes. */
  'single_use_by_bytes',
  /** `htu` is compared with what the request says of itself. */
  'endpoint_from_request',
  /** What is not in the tables needs nothing. */
  'undeclared_is_open',
  /** Only the first message of a batch is judged. */
  'first_message_only',
] as const

export type Weakness = (typeof removableChecks)[number] | (typeof weaknesses)[number]

/** The same policy, weaker by exactly what is named. */
export function weakenPolicy(without: readonly Weakness[]): Policy {
  const lacks = (weakness: Weakness) => without.includes(weakness)
  const replacements: Readonly<Record<string, Check | undefined>> = {
    proof: lacks('endpoint_from_request')
      ? proofForRequestUrl
      : lacks('single_use_by_bytes')
        ? lenientProof
        : undefined,
    declared: lacks('undeclared_is_open')
      ? undeclaredIsOpen
      : lacks('first_message_only')
        ? firstMessageOnly
        : undefined,
  }
  const checks = policy.checks
    .filter(({ name }) => !without.some((weakness) => weakness === name))
    .map((named): NamedCheck => ({ name: named.name, check: replacements[named.name] ?? named.check }))
  if (lacks('single_use_of_allowed_only')) {
    return { checks: [...checks, { name: 'single_use', check: singleUse }], singleUse: nothing }
  }
  if (lacks('single_use_by_bytes')) return { checks, singleUse: singleUseByBytes }
  return { checks, singleUse: lacks('no_single_use') ? nothing : singleUse }
}

const nothing: Check = () => undefined

const proofForRequestUrl: Check = (call, context) => proof(call, { ...context, endpoint: call.incoming.url })

/** As lenient decoders do: padding and blanks dropped, stray bits of the last character ignored. */
const lenientProof: Check = (call, context) => {
  const header = (name: string) => {
    const values = call.incoming.header(name)
    return name === 'dpop' ? values.map(reencode) : values
  }
  const relaxed = { incoming: { ...call.incoming, header }, ...(call.token === undefined ? {} : { token: call.token }) }
  const answer = proof(relaxed, context)
  return Promise.resolve(answer).then((objection) => {
    if ('proof' in relaxed) Object.assign(call, { proof: relaxed.proof })
    return objection
  })
}

function reencode(text: string): string {
  const segments = text.replaceAll(' ', '').split('.')
  return segments.map((segment) => Buffer.from(segment, 'base64url').toString('base64url')).join('.')
}

const singleUseByBytes: Check = async (call, { ledger, verifier }) => {
  if (call.proof === undefined) return undefined
  const key = await spendKey(verifier, call.incoming.header('dpop'))
  const outcome = await ledger.spend([{ kind: 'proof', key, limit: 1, until: call.proof.retainUntil }])
  return outcome.spent ? undefined : { ok: false, rejection: { code: 'replay_detected' } }
}

const undeclaredIsOpen: Check = (call, context) => {
  call.requirements = established(call.messages).flatMap((message) => {
    const found = findRequirements(message, context.requirements)
    return found.ok ? found.value : []
  })
  return undefined
}

const firstMessageOnly: Check = (call, context) => {
  const { messages } = call
  call.messages = established(messages).slice(0, 1)
  const objection = declared(call, context)
  call.messages = established(messages)
  return objection
}
