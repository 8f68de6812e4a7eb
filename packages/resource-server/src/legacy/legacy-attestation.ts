/**
 * Which agent is calling, by an attestation in the `initialize` that began the session: the weaker of the two carriages,
 * for clients of the older protocol versions. It proves that an issuer once spoke to somebody, so it satisfies no policy
 * that requires an attestation.
 */
import type { VerifiedAttestation } from '@countersign/attestation/verify'
import { refuse } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { Check, Objection } from '../checks/check.ts'
import type { GuardContext } from '../guard-context.ts'
import type { AttestedSession } from './attested-sessions.ts'
import { readLegacyInitialize, withholdToken } from './legacy-capability.ts'
import type { LegacyCarriage } from './legacy-carriage.ts'

/**
 * Establishes `legacy`, and `agent` where nobody vouched for one in a better way; leaves of `sessionId` what is the
 * handler's. What is shown and not good is refused whatever the policy, as in the header.
 */
export const legacyAttestation: Check = (call, context) => {
  const { legacy } = context
  if (legacy === undefined) return undefined
  const session = openSession(call, legacy)
  // An `initialize` begins anew, also where it comes in a session.
  const begins = call.messages?.some((message) => message.kind !== 'response' && message.method === 'initialize')
  if (begins === true) return judgeInitialize(call, context, legacy)
  return session?.attestation === undefined ? undefined : continueSession(call, legacy, session.attestation)
}

/** Of the id that was sealed, the handler knows its own part. */
function openSession(call: Call, { sessions }: LegacyCarriage): AttestedSession | undefined {
  const { sessionId } = call
  const session = sessionId === undefined ? undefined : sessions.find(sessionId)
  if (sessionId === undefined || session === undefined) return undefined
  call.legacy = { sessionId }
  if (session.handlerId === undefined) delete call.sessionId
  else call.sessionId = session.handlerId
  return session
}

/** A session ends with the key that vouched for its agent: its client begins anew, and no other call is worth more. */
async function continueSession(
  call: Call,
  { verifier }: LegacyCarriage,
  attestation: VerifiedAttestation,
): Promise<Objection> {
  const refused = await established(verifier).confirm(attestation)
  if (refused === undefined) return vouch(call, attestation)
  // Once it is over, the session goes on, unattested.
  if (refused.rejection.code === 'attestation_expired') return undefined
  return refused.rejection.code === 'keys_unavailable' ? refused : refuse('session_not_found', 'attestation')
}

function judgeInitialize(call: Call, context: GuardContext, legacy: LegacyCarriage): Objection | Promise<Objection> {
  const initialize = readLegacyInitialize(call.body)
  if (initialize === undefined) return undefined
  if (initialize.id !== undefined) call.legacy = { ...call.legacy, request: { id: initialize.id } }
  switch (initialize.kind) {
    case 'declared':
      return undefined
    case 'malformed':
      return refuse('attestation_invalid', initialize.reason)
    case 'presented':
      return verify(call, context, { legacy, token: initialize.token })
  }
}

async function verify(
  call: Call,
  { resource, limits }: GuardContext,
  { legacy, token }: { readonly legacy: LegacyCarriage; readonly token: string },
): Promise<Objection> {
  if (call.agent?.source === 'attestation') return refuse('attestation_invalid', 'two_carriages')
  if (legacy.verifier === undefined) return refuse('attestation_issuer_untrusted', 'carriage')
  if (token.length > limits.attestationLength) return refuse('attestation_invalid', 'length')
  const expected = { audience: resource, proofThumbprint: call.proof?.jkt ?? 'none' }
  const verified = await legacy.verifier.verify(token, expected)
  if (!verified.ok) return verified
  call.legacy = { ...call.legacy, attestation: verified.value }
  call.body = withholdToken(established(call.body))
  vouch(call, verified.value)
  return undefined
}

/** The header, and what the authorization server verified, are bound to the caller's key and count for more. */
function vouch(call: Call, { issuer, level, binding, agent, expires }: VerifiedAttestation): undefined {
  call.agent ??= { issuer, level, binding, agent, expires, source: 'legacy' }
}
