/** A guard that is weak on purpose, for showing what an attack does without a defence. Never for serving anyone. */
import { type AttestationWeakness, createWeakenedAttestationVerifier } from '@countersign/attestation/unsafe'
import { isLoopbackHost } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import { assembleGuard, type Guard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import { listUrls } from '../token/issuer-fetch.ts'
import type { IssuerTrust } from '../token/issuer-trust.ts'
import { withLocalFallback } from './local-fallback.ts'
import { type Watch, watchPolicy } from './watched-policy.ts'
import { type Weakness, weakenPolicy } from './weakened-policy.ts'

/** What may be wrong beside the guard's own checks. */
export interface FurtherWeaknesses {
  /** Of the verifier of attestations, where the guard has a trust list. */
  readonly attestation?: readonly AttestationWeakness[]
  /** Hears which checks do something. */
  readonly watch?: Watch
}

/** Throws `ConfigurationError` unless `COUNTERSIGN_UNSAFE=1` is set and everything involved is on loopback. */
export function createWeakenedGuard(
  options: GuardOptions,
  without: readonly Weakness[],
  { attestation = [], watch }: FurtherWeaknesses = {},
): Guard {
  if (process.env.COUNTERSIGN_UNSAFE !== '1') {
    throw new ConfigurationError('a weakened guard needs COUNTERSIGN_UNSAFE=1 in the environment')
  }
  const urls = [options.resource, options.endpoint ?? options.resource, ...options.authorizationServers.flatMap(urlsOf)]
  const elsewhere = urls.find((url) => !isLoopbackHost(URL.parse(url)?.hostname ?? ''))
  if (elsewhere !== undefined) {
    throw new ConfigurationError(
      `a weakened guard runs on loopback only, with an issuer of its own; '${elsewhere}' is elsewhere`,
    )
  }
  const policy = weakenPolicy(without)
  return assembleGuard(options, watch === undefined ? policy : watchPolicy(policy, watch), {
    createAttestationVerifier: (parts) => createWeakenedAttestationVerifier(parts, attestation),
    ...(without.includes('local_fallback') && { wrapLedger: withLocalFallback }),
  })
}

function urlsOf(trust: string | IssuerTrust): readonly string[] {
  return typeof trust === 'string' ? [trust] : listUrls(trust)
}
