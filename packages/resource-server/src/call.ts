/** One call on its way through the checks: what came in, and what each check has established so far. */
import type { JsonValue } from '@countersign/core'
import type { VerifiedProof } from '@countersign/dpop'
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
}

/** The value, or an exception, and so no access, when it was never established. */
export function established<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a check ran before the one that it builds on')
  return value
}

/** Who is calling. Only a key that was proven is the caller's. */
export function describeCaller({ token, proof, agent }: Call): Caller {
  const { issuer, subject, clientId, scopes, expires } = established(token)
  return {
    issuer,
    subject,
    clientId,
    scopes,
    expires,
    ...(proof === undefined ? {} : { jkt: proof.jkt }),
    ...(agent === undefined ? unattested : { attestation: { level: agent.level }, agent }),
  }
}
