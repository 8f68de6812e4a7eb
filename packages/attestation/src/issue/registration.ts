/** What an issuer knows of a deployment: all that its attestations say, and none of it from a request. */
import type { Awaitable, JsonValue } from '@countersign/core'
import {
  type AgentIdentity,
  type AgentIntegrity,
  type AttestationMetadata,
  readAgentClaims,
} from '../claims/agent-claims.ts'
import { defaultLifetime, longestLifetime } from '../claims/attestation-time.ts'
import type { Assurance } from '../claims/ranks.ts'

/** One deployment of an agent. */
export interface DeploymentRegistration {
  /** `sub` of its attestations. */
  readonly clientId: string
  readonly identity: AgentIdentity
  readonly integrity?: AgentIntegrity
  readonly metadata: AttestationMetadata
  /** `asserted` unless the issuer measured what it says. */
  readonly assurance?: Assurance
  /** Seconds; 300 by default, at most 600. */
  readonly lifetime?: number
  /** The servers that its attestations may name; any when left out. */
  readonly audiences?: readonly string[]
}

/** Where registrations are kept. */
export interface DeploymentRegistrations {
  /** The registration of a deployment, by the `client_id` that it was authenticated as; `undefined` for a stranger. */
  find(clientId: string): Awaitable<DeploymentRegistration | undefined>
}

/** Yields the claims that a registration gives, as they are written. Throws a `TypeError` when no verifier would take them. */
export function writeAgentClaims(registration: DeploymentRegistration): { readonly [claim: string]: JsonValue } {
  const { clientId, identity, integrity, metadata, assurance = 'asserted', lifetime = defaultLifetime } = registration
  const { capabilities_declared, ...declared } = metadata
  const claims = {
    agent_identity: { ...identity },
    ...(integrity !== undefined && { agent_integrity: { ...integrity } }),
    attestation_metadata: { ...declared, capabilities_declared: [...capabilities_declared] },
    assurance,
  }
  const read = readAgentClaims(claims)
  if (!read.ok) throw new TypeError(`The registration of ${clientId} holds no usable ${read.reason}.`)
  if (!(lifetime > 0 && lifetime <= longestLifetime)) {
    throw new TypeError(`The registration of ${clientId}: lifetime is above 0 and at most ${longestLifetime} seconds.`)
  }
  return claims
}
