/** What an operator asks of agents, checked when the guard is made. */
import { type AttestationPolicy, completeAttestationPolicy } from '@countersign/attestation/verify'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions, Requirement } from '../guard-options.ts'

/** Throws `ConfigurationError` for a member or value that no policy has; `where` says in which option. */
export function readAttestationPolicy(
  where: string,
  policy: NonNullable<Requirement['attestation']>,
): AttestationPolicy {
  try {
    return completeAttestationPolicy(policy)
  } catch (error) {
    throw error instanceof TypeError ? new ConfigurationError(`${where}: ${error.message}`) : error
  }
}

/** Whether anything is asked of any agent: of all by the server, or of some by what they call. */
export function asksForAttestation(options: GuardOptions): boolean {
  const { attestation, tools = {}, resources = {}, prompts = {}, methods = {} } = options
  if (attestation !== undefined) return true
  const requirements = [tools, resources, prompts, methods].flatMap((table) => Object.values(table))
  return requirements.some((requirement) => requirement.attestation !== undefined)
}
