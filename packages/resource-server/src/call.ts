/** One call on its way through the checks: what came in, and what each check has established so far. */
import type { JsonValue } from '@countersign/core'
import type { VerifiedProof } from '@countersign/dpop'
import type { CapabilityUse, SpentUse } from './capabilities/capability-use.ts'
import type { ContinuedCall } from './continuations/continued-call.ts'
import { type Caller, type CallerAgent, unattested } from './decision.ts'
import type { IncomingCall } from './incoming-call.ts'
import type { LegacyCall } from './legacy/legacy-call.ts'
import type { Message } from './policy/message.ts'
import type { DeclaredRequirement } from './policy/requirement-tables.ts'
import type { AccessToken } from './token/access-token.ts'

/** What `Authorization` carried; the scheme in lower case. */
export interface Credentials {
  readonly scheme: 'dpop' | 'bearer'
  readonly token: string
}

/** Filled in from top to bottom; a check that reads what none before it established is a mistake of ours. */
export interface Call {
  readonly incoming: IncomingCall
  credentials?: Credentials
  token?: AccessToken
  proof?: VerifiedProof
  /** The epoch of the shared store in which the proof was judged. */
  epochId?: string
  /** The call could go on with a nonce of this process alone: the store could not be asked. */
  needsOwnNonce?: boolean
  /** Which agent is calling, on the word of somebody who is trusted here; absent where nobody has given it. */
  agent?: CallerAgent
  /** What the call has to do with an attestation that came in `initialize`; absent where it has nothing to do with one. */
  legacy?: LegacyCall
  /** The handler's own id of the session that the call names. */
  sessionId?: string
  content?: Uint8Array
  body?: JsonValue
  messages?: readonly Message[]
  requirements?: readonly DeclaredRequirement[]
  /** The messages that `requirements` are those of. */
  judged?: readonly Message[]
  /** What scopes are still asked for; absent where that is `requirements`, as no capability stands in for any. */
  scoped?: readonly DeclaredRequirement[]
  /** The uses of capabilities that the call would spend; absent where it would spend none. */
  uses?: readonly CapabilityUse[]
  /** Calls of tools that go on from an answer, and spend no second use. */
  continued?: readonly ContinuedCall[]
  /** The uses that were spent. */
  spent?: readonly SpentUse[]
}

/** The value, or an exception, and so no access, when it was never established. */
export function established<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a check ran before the one that it builds on')
  return value
}

/** Who is calling. Only a key that was proven is the caller's. */
export function describeCaller({ token, proof, agent, spent, continued }: Call): Caller {
  const { issuer, subject, clientId, scopes, expires, act } = established(token)
  const { attestation } = unattested
  const known = { issuer, subject, clientId, scopes, expires, attestation }
  const caller: Caller = proof === undefined ? known : { ...known, jkt: proof.jkt }
  // Nearly every caller is no more than that.
  if (agent === undefined && act === undefined && spent === undefined && continued === undefined) return caller
  const capabilities = [...(spent ?? []), ...(continued ?? []).map(({ continuation }) => continuation)]
  return {
    ...caller,
    ...(agent && { attestation: { level: agent.level }, agent }),
    ...(act && { act }),
    ...(capabilities.length > 0 && { capabilities: capabilities.map(({ capability }) => capability) }),
  }
}
