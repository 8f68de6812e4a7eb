/** What a guard needs for attestations that come in `initialize`: a verifier, the sessions that they began, what it declares. */
import { createLegacyAttestationVerifier, type LegacyAttestationVerifier } from '@countersign/attestation/legacy'
import type { AttestationVerifierOptions } from '@countersign/attestation/verify'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import { readAttestationPolicy } from '../policy/attestation-policies.ts'
import { type AttestedSessions, createAttestedSessions } from './attested-sessions.ts'
import type { LegacyDeclaration } from './legacy-capability.ts'

/** The carriage as one guard offers it. */
export interface LegacyCarriage extends LegacyDeclaration {
  /** Absent where no issuer on the trust list may come this way; whatever comes is refused then. */
  readonly verifier?: LegacyAttestationVerifier
  readonly sessions: AttestedSessions
}

/** What is completed elsewhere. */
type Completed = Pick<AttestationVerifierOptions, 'verifier' | 'clock' | 'events'> &
  Required<Pick<AttestationVerifierOptions, 'ledger'>>

/**
 * `undefined` without a trust list: nobody can tell then, and none is looked at. Throws `ConfigurationError` for times
 * and for a ledger that attestations for one use can't be judged with.
 */
export function createLegacyCarriage(options: GuardOptions, completed: Completed): LegacyCarriage | undefined {
  const { trust, attestation = 'optional', attestationTimes: times } = options
  if (trust === undefined) return undefined
  const { presence: policy } = readAttestationPolicy('attestation', attestation)
  const { legacyIssuers: trustedIssuers } = trust
  const carriage = { policy, trustedIssuers, sessions: createAttestedSessions(completed.clock) }
  if (trustedIssuers.length === 0) return carriage
  try {
    const verifier = createLegacyAttestationVerifier({ ...completed, trust, ...(times !== undefined && { times }) })
    return { ...carriage, verifier }
  } catch (error) {
    const isOurs = error instanceof TypeError || error instanceof RangeError
    throw isOurs ? new ConfigurationError(`trust: ${error.message}`) : error
  }
}
