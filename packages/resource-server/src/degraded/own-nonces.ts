/** The nonces of a guard whose ledger is in this process, or in a file. */
import type { Clock, Ledger } from '@countersign/core'
import { createNonceRing, type NonceRing } from '@countersign/dpop'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'

const leastSecret = 32

/** Of this run alone, unless a secret is given. Throws `ConfigurationError` for one that is short, or not safe to keep. */
export function createOwnNonces(
  { nonceSecret }: Pick<GuardOptions, 'nonceSecret'>,
  ledger: Ledger,
  times: { readonly clockDifference: number; readonly clock: Clock },
): NonceRing {
  return createNonceRing({ ...times, ...(nonceSecret !== undefined && { secret: readSecret(nonceSecret, ledger) }) })
}

function readSecret(secret: string | Uint8Array, { lifetime }: Ledger): Uint8Array {
  if (lifetime === 'run') {
    throw new ConfigurationError(
      'nonceSecret outlives the process, and the ledger in memory does not: a nonce of before a restart would be good with nothing remembered; give the guard a durable ledger, or leave nonceSecret out',
    )
  }
  const octets = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (octets.length >= leastSecret) return octets
  throw new ConfigurationError(
    `nonceSecret must be ${leastSecret} octets or more, such as those of \`openssl rand -base64 32\``,
  )
}
