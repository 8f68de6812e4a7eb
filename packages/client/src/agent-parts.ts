/** What the parts of one agent share; never handed out. */
import type { Clock } from '@countersign/core'
import type { ProofKey } from '@countersign/dpop'
import type { AttestationSource } from './attestation/attestation-source.ts'
import type { Clients } from './clients.ts'
import type { Delegation } from './delegation/delegation.ts'
import type { DpopNonces } from './dpop-nonces.ts'
import type { FirstScopes } from './first-scopes.ts'
import type { StepUpPolicy } from './step-up.ts'

/** The agent's identity, its policy and its ways out. */
export interface AgentParts {
  readonly clients: Clients
  /** Authorization servers that the operator named, and nobody else; undefined for none. */
  readonly listedIssuers: readonly string[] | undefined
  readonly key: ProofKey
  readonly nonces: DpopNonces
  readonly stepUp: StepUpPolicy
  /** Asked for at first; the challenge decides where this is undefined. */
  readonly scopes: FirstScopes | undefined
  /** Whether tokens that are bound to nothing are accepted. */
  readonly bearer: 'refused' | 'allowed'
  /** Undefined for an agent that nobody attests. */
  readonly attestation: AttestationSource | undefined
  /** What the agent acts on instead of its own rights; undefined for one that acts for itself or a person. */
  readonly delegation: Delegation | undefined
  readonly fetch: typeof fetch
  readonly clock: Clock
}
