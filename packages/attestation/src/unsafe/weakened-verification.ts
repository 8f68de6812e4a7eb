/** The verification with single checks left out or done weakly: what each is worth is seen without it. */
import { type NamedAttestationCheck, verification } from '../verify/verification.ts'
import {
  anyAlgorithm,
  anyIssuer,
  keyOfHeader,
  keysFailOpen,
  noSigningKey,
  nothing,
  signatureOfKnownKeys,
  strangersBringKeys,
  timeless,
  unsignedForm,
  type Weaken,
} from './weak-checks.ts'

/** What may be wrong with a weakened verifier. */
export const attestationWeaknesses = [
  /** A stranger counts as a provider, and its key is taken from `jwk` in the header. */
  'any_issuer',
  /** No signature is verified; there need not be one. */
  'no_signature',
  /** A key in the header wins over those of the issuer. */
  'embedded_key',
  /** Anybody may show it, with whatever key. */
  'no_key_binding',
  /** One that is good for a single use is good for many. */
  'no_single_use',
  /** It may be for another server, or for several. */
  'no_audience',
  /** An issuer may speak for all providers and trust domains. */
  'any_provider',
  /** No time is looked at, nor the length of its life. */
  'no_expiry',
  /** It may be another client's. */
  'no_client_binding',
  /** While the issuer's keys cannot be had, it counts as verified. */
  'keys_fail_open',
] as const

/** One of them. */
export type AttestationWeakness = (typeof attestationWeaknesses)[number]

/** By weakness: which checks are done in another way, and how. */
const weakened: Readonly<Record<AttestationWeakness, Readonly<Record<string, Weaken>>>> = {
  any_issuer: { issuer: anyIssuer, embedded_key: strangersBringKeys },
  no_signature: {
    form: unsignedForm,
    algorithm: anyAlgorithm,
    issuer_algorithm: nothing,
    signing_key: noSigningKey,
    signature: nothing,
  },
  embedded_key: { embedded_key: nothing, signing_key: keyOfHeader },
  no_key_binding: { key_binding: nothing },
  no_single_use: { single_use: nothing },
  no_audience: { audience: nothing },
  any_provider: { provider: nothing, trust_domain: nothing },
  no_expiry: { time: timeless, time_after_keys: timeless },
  no_client_binding: { client: nothing },
  keys_fail_open: { signing_key: keysFailOpen, signature: signatureOfKnownKeys },
}

/** The same verification, weaker by exactly what is named. */
export function weakenVerification(weaknesses: readonly AttestationWeakness[]): readonly NamedAttestationCheck[] {
  return verification.map(({ name, check: sound }) => {
    const ways = weaknesses.map((weakness) => weakened[weakness][name])
    const check = ways.reduce((weaker, weaken) => (weaken === undefined ? weaker : weaken(weaker)), sound)
    // Not `ofText`: the weak ones look into the header, which is not remembered.
    return { name, check }
  })
}
