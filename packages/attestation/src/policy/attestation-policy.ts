/** What a server asks of the agents that call it. */
import { ok, type Result } from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import type { AgentClaims } from '../claims/agent-claims.ts'
import {
  type Assurance,
  type AttestationLevel,
  assurances,
  attestationLevels,
  reaches,
  type SafetyLevel,
  safetyLevels,
} from '../claims/ranks.ts'
import type { AttestedAgent } from '../verify/verified-attestation.ts'
import { isVersionAtLeast } from './model-version.ts'

/** A model that may call. */
export interface ModelRequirement {
  /** `agent_identity.model_family`, to the letter. */
  readonly family: string
  /** Versions to the letter; any when neither this nor `atLeast` is given. */
  readonly versions?: readonly string[]
  /** The oldest version, as numbers with full stops between: `4.10` is later than `4.9`. */
  readonly atLeast?: string
}

/** What a *missing* attestation gets: refused; served, with an event; served. */
export type Presence = 'required' | 'preferred' | 'optional'

/** What must hold. Whatever is left out is not asked for. */
export interface AttestationPolicy {
  /** What a *missing* attestation gets, and nothing else: refused; served, with an event; served. */
  readonly presence: Presence
  readonly minimumLevel?: Exclude<AttestationLevel, 'none'>
  readonly issuers?: readonly string[]
  readonly providers?: readonly string[]
  readonly models?: readonly ModelRequirement[]
  readonly minimumSafetyLevel?: SafetyLevel
  /** `attestation_type`, to the letter. */
  readonly types?: readonly string[]
  readonly minimumAssurance?: Assurance
  /** `config_hash` has to be there and be one of these. */
  readonly configHashes?: readonly string[]
  /** `system_prompt_hash` has to be there and be one of these. */
  readonly systemPromptHashes?: readonly string[]
}

/** How a caller stands once a policy has been asked. */
export type AttestationStanding<Agent extends AttestedAgent> =
  | { readonly level: Exclude<AttestationLevel, 'none'>; readonly attestation: Agent }
  | {
      readonly level: 'none'
      /** True where the policy would have preferred one: worth an event. */
      readonly missed: boolean
    }

/**
 * Takes what came of verifying, or `undefined` when *nothing was presented*. A refusal stays one under every policy:
 * a forged, expired or replayed attestation is never the same as none. Refuses with `attestation_required` and
 * `attestation_policy`, besides what it was given.
 */
export function judgeAttestation<Agent extends AttestedAgent>(
  policy: AttestationPolicy,
  presented: Result<Agent> | undefined,
): Result<AttestationStanding<Agent>> {
  if (presented === undefined) return judgeMissing(policy)
  if (!presented.ok) return presented
  const attestation = presented.value
  // It proves that the issuer once spoke to somebody, not that it was this caller.
  if (policy.presence === 'required' && attestation.binding !== 'key') {
    return refuseAttestation('attestation_required', 'unbound')
  }
  const unmet = findUnmet(policy, attestation)
  if (unmet !== undefined) return refuseAttestation('attestation_policy', unmet)
  return ok({ level: attestation.level, attestation })
}

function judgeMissing({ presence }: AttestationPolicy): Result<{ level: 'none'; missed: boolean }> {
  switch (presence) {
    case 'required':
      return refuseAttestation('attestation_required')
    case 'preferred':
      return ok({ level: 'none', missed: true })
    case 'optional':
      return ok({ level: 'none', missed: false })
  }
}

/** The constant word for the first thing that the policy asks for and the agent does not have. */
function findUnmet(policy: AttestationPolicy, { issuer, level, agent }: AttestedAgent): string | undefined {
  const { minimumLevel, minimumSafetyLevel, minimumAssurance } = policy
  const { identity, integrity, metadata, assurance } = agent
  if (minimumLevel !== undefined && !reaches(attestationLevels, level, minimumLevel)) return 'level'
  if (!isAmong(policy.issuers, issuer)) return 'issuer'
  if (!isAmong(policy.providers, identity.provider)) return 'provider'
  if (policy.models !== undefined && !policy.models.some((model) => isModel(model, agent))) return 'model'
  if (minimumSafetyLevel !== undefined && !reaches(safetyLevels, metadata.safety_level, minimumSafetyLevel)) {
    return 'safety_level'
  }
  if (!isAmong(policy.types, metadata.attestation_type)) return 'type'
  if (minimumAssurance !== undefined && !reaches(assurances, assurance, minimumAssurance)) return 'assurance'
  if (!isAmong(policy.configHashes, integrity.config_hash)) return 'config_hash'
  if (!isAmong(policy.systemPromptHashes, integrity.system_prompt_hash)) return 'system_prompt_hash'
  return undefined
}

function isAmong(allowed: readonly string[] | undefined, actual: string | undefined): boolean {
  return allowed === undefined || (actual !== undefined && allowed.includes(actual))
}

function isModel({ family, versions, atLeast }: ModelRequirement, { identity }: AgentClaims): boolean {
  if (identity.model_family !== family || !isAmong(versions, identity.model_version)) return false
  return atLeast === undefined || isVersionAtLeast(identity.model_version, atLeast)
}
