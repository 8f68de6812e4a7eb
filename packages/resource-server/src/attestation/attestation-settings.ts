/** Everything about attestations that a guard has: who may vouch for agents, and what is asked of them. */
import type { TrustList } from '@countersign/attestation/trust'
import {
  type AttestationPolicy,
  type AttestationVerifier,
  type AttestationVerifierOptions,
  createAttestationVerifier,
} from '@countersign/attestation/verify'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import { asksForAttestation, readAttestationPolicy } from '../policy/attestation-policies.ts'

/** The parts that checks read. */
export interface AttestationSettings {
  /** Absent where no trust list says whose attestations count. */
  readonly verifier?: AttestationVerifier
  /** Whose word counts, also in the claim of a token; where it is absent, the token's issuer alone decides that. */
  readonly trust?: Pick<TrustList, 'find'>
  /** What is asked of the agent in every call. */
  readonly policy?: AttestationPolicy
  /** Whether the keys of all who are trusted to attest agents are at hand; rejects, or is false, where they are not. */
  readonly isReady: () => Promise<boolean>
  /** Whether anything is asked of any agent; otherwise nothing has to be judged. */
  readonly isAsked: boolean
}

/** Makes the verifier; a weakened guard has one of its own. */
export type CreateVerifier = (options: AttestationVerifierOptions) => AttestationVerifier

/** What is completed elsewhere. */
type Completed = Pick<AttestationVerifierOptions, 'verifier' | 'clock' | 'events'> &
  Required<Pick<AttestationVerifierOptions, 'ledger'>>

/** Throws `ConfigurationError` for a policy, for times and for a ledger that attestations can't be judged with. */
export function createAttestationSettings(
  options: GuardOptions,
  completed: Completed,
  createVerifier: CreateVerifier = createAttestationVerifier,
): AttestationSettings {
  const { attestation, trust, attestationTimes: times } = options
  return {
    isAsked: asksForAttestation(options),
    isReady: async () => {
      if (trust !== undefined && 'ready' in trust) await trust.ready()
      return true
    },
    ...(attestation !== undefined && { policy: readAttestationPolicy('attestation', attestation) }),
    ...(trust !== undefined && {
      trust,
      verifier: configure(() => createVerifier({ ...completed, trust, ...(times !== undefined && { times }) })),
    }),
  }
}

function configure<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    const isOurs = error instanceof TypeError || error instanceof RangeError
    throw isOurs ? new ConfigurationError(`trust: ${error.message}`) : error
  }
}
