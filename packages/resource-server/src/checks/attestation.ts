/**
 * Which agent is calling (draft-ietf-oauth-attestation-based-client-auth, DPoP combined mode): by an attestation of the
 * key that the proof was made with, or by what the authorization server verified of one when it issued the token.
 */
import type { AttestationVerifier, ClaimedAgent } from '@countersign/attestation/verify'
import { refuse } from '@countersign/core'
import { type Call, established } from '../call.ts'
import type { CallerAgent } from '../decision.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Check, Objection } from './check.ts'

/** One attestation, as it stands in a header of its own. */
const attestationHeader = 'oauth-client-attestation'
/** The proof of the draft's other mode, which is not spoken here: beside a DPoP proof there must be none. */
const otherModeHeader = 'oauth-client-attestation-pop'

/**
 * Establishes `agent`. An attestation that is not good is refused whatever the policy: only one that is missing is the
 * policy's to judge. Where no trust list is configured, nobody here can tell, so none is looked at.
 */
export const attestation: Check = (call, context) => {
  const { verifier } = context.attestation
  const sent = verifier === undefined ? [] : call.incoming.header(attestationHeader)
  const text = sent[0]
  if (verifier === undefined || text === undefined) return believeToken(call, context)
  if (sent.length > 1) return refuse('malformed_request', 'several_attestations')
  if (call.incoming.header(otherModeHeader).length > 0) return refuse('attestation_invalid', 'other_mode')
  if (text.length > context.limits.attestationLength) return refuse('headers_too_large', 'attestation')
  return verify(call, context, { verifier, text })
}

async function verify(
  call: Call,
  { resource }: GuardContext,
  { verifier, text }: { readonly verifier: AttestationVerifier; readonly text: string },
): Promise<Objection> {
  const verified = await verifier.verify(text, {
    proofThumbprint: call.proof?.jkt ?? 'none',
    clientId: established(call.token).clientId,
    audience: resource,
  })
  if (!verified.ok) return verified
  const { issuer, level, binding, agent, expires } = verified.value
  call.agent = { issuer, level, binding, agent, expires, source: 'attestation' }
  return undefined
}

/** The claim ends by itself, often before its token does. */
function believeToken(call: Call, context: GuardContext): undefined {
  const claim = established(call.token).agent
  if (claim === undefined || !claim.ok || context.clock() >= claim.value.expires) return
  const level = findLevel(claim.value, context)
  if (level === undefined) return
  const { issuer, binding, agent, expires } = claim.value
  const caller: CallerAgent = { issuer, level, binding, agent, expires, source: 'token' }
  call.agent = caller
}

/** A trust list of one's own says how much an issuer's word counts, whatever the authorization server makes of it. */
function findLevel(claim: ClaimedAgent, { attestation: { trust } }: GuardContext): ClaimedAgent['level'] | undefined {
  if (trust === undefined) return claim.level
  const line = trust.find(claim.issuer)
  if (line === undefined || line.legacy) return undefined
  return line.providers.has(claim.agent.identity.provider) ? line.level : undefined
}

/** Why a caller counts as unattested, in one constant word for the log. */
export function explainMissing(call: Call, context: GuardContext): string {
  const { verifier } = context.attestation
  const claim = established(call.token).agent
  if (verifier === undefined && call.incoming.header(attestationHeader).length > 0) return 'nobody_trusted'
  if (claim === undefined) return 'none'
  if (!claim.ok) return `claim_${claim.reason}`
  return findLevel(claim.value, context) === undefined ? 'claim_untrusted' : 'claim_expired'
}
