/** Whether requests of one client come back to this process, as its operator says. */
import { type Clock, createProofOwner, type ProofOwner } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'

const leastSecret = 32

/** Undefined where nothing is declared. Throws `ConfigurationError` where it can't be so. */
export function readAffinity(
  { affinity }: Pick<GuardOptions, 'affinity'>,
  memory: { readonly clock: Clock; readonly maxRetention: number },
): ProofOwner | undefined {
  if (affinity === undefined) return undefined
  if (affinity === 'process') return createOwn(memory)
  if (affinity.secret instanceof Uint8Array && affinity.secret.length >= leastSecret) return affinity
  throw new ConfigurationError(
    "affinity is 'process', or a ProofOwner such as joinProofs of @countersign/ledgers/workers yields, with a secret of 32 octets or more",
  )
}

function createOwn(memory: { readonly clock: Clock; readonly maxRetention: number }): ProofOwner {
  try {
    return createProofOwner(memory)
  } catch (error) {
    throw new ConfigurationError(
      "affinity: 'process' is for a process that serves alone; the workers of node:cluster share the proofs of their host: shareProofs in the primary and joinProofs in each worker, of @countersign/ledgers/workers",
      { cause: error },
    )
  }
}
