/** What an attestation says of the agent itself: the threat analysis's claims, and how the issuer knows them. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import type { ClaimsResult } from './attestation-claims.ts'
import { type Assurance, assurances, type SafetyLevel, safetyLevels } from './ranks.ts'

/** Which agent it is. The names are those of the wire. */
export interface AgentIdentity {
  readonly model_family: string
  readonly model_version: string
  readonly provider: string
  readonly deployment_id: string
}

/** What it was started with: digests as the issuer writes them, compared to the letter. */
export interface AgentIntegrity {
  readonly config_hash?: string
  readonly system_prompt_hash?: string
}

/** What kind of attestation it is, and what is declared. */
export interface AttestationMetadata {
  readonly attestation_version: string
  readonly attestation_type: string
  readonly safety_level: SafetyLevel
  readonly capabilities_declared: readonly string[]
}

/** All that is said of an agent. */
export interface AgentClaims {
  readonly identity: AgentIdentity
  readonly integrity: AgentIntegrity
  readonly metadata: AttestationMetadata
  /** `asserted` unless the issuer says more. */
  readonly assurance: Assurance
}

const TEXT = /^[\x20-\x7e]{1,256}$/
const MOST_CAPABILITIES = 128

/** Reads `agent_identity`, `agent_integrity`, `attestation_metadata` and `assurance`; unknown members are let pass. */
export function readAgentClaims(payload: JsonObject): ClaimsResult<AgentClaims> {
  const identity = readIdentity(payload.agent_identity)
  if (identity === undefined) return { ok: false, reason: 'agent_identity' }
  const integrity = readIntegrity(payload.agent_integrity)
  if (integrity === undefined) return { ok: false, reason: 'agent_integrity' }
  const metadata = readMetadata(payload.attestation_metadata)
  if (metadata === undefined) return { ok: false, reason: 'attestation_metadata' }
  const { assurance: said = 'asserted' } = payload
  const assurance = assurances.find((known) => known === said)
  if (assurance === undefined) return { ok: false, reason: 'assurance' }
  return { ok: true, value: { identity, integrity, metadata, assurance } }
}

function readIdentity(value: JsonValue | undefined): AgentIdentity | undefined {
  if (!isJsonObject(value)) return undefined
  const { model_family, model_version, provider, deployment_id } = value
  if (!isText(model_family) || !isText(model_version) || !isText(provider) || !isText(deployment_id)) return undefined
  return { model_family, model_version, provider, deployment_id }
}

function readIntegrity(value: JsonValue | undefined): AgentIntegrity | undefined {
  if (value === undefined) return {}
  if (!isJsonObject(value)) return undefined
  const { config_hash, system_prompt_hash } = value
  if (config_hash !== undefined && !isText(config_hash)) return undefined
  if (system_prompt_hash !== undefined && !isText(system_prompt_hash)) return undefined
  return {
    ...(config_hash !== undefined && { config_hash }),
    ...(system_prompt_hash !== undefined && { system_prompt_hash }),
  }
}

function readMetadata(value: JsonValue | undefined): AttestationMetadata | undefined {
  if (!isJsonObject(value)) return undefined
  const { attestation_version, attestation_type, safety_level: said, capabilities_declared = [] } = value
  const safety_level = safetyLevels.find((known) => known === said)
  if (!isText(attestation_version) || !isText(attestation_type) || safety_level === undefined) return undefined
  if (!Array.isArray(capabilities_declared) || capabilities_declared.length > MOST_CAPABILITIES) return undefined
  if (!capabilities_declared.every(isText)) return undefined
  return { attestation_version, attestation_type, safety_level, capabilities_declared }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && TEXT.test(value)
}
