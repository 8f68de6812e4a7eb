/** What is verified of an attestation (draft-ietf-oauth-attestation-based-client-auth §8), to be read from top to bottom. */
import { audience, client, instanceKey, keyBinding } from './checks/addressee.ts'
import { algorithm, claims, embeddedKey, form, keyId, type } from './checks/form.ts'
import { carriage, issuer, issuerAlgorithm, provider, trustDomain } from './checks/issuer.ts'
import { signature, signingKey } from './checks/signature.ts'
import { singleUse } from './checks/single-use.ts'
import { time } from './checks/time.ts'
import type { AttestationCheck } from './presented.ts'

/** A check with the name that it is spoken of by. */
export interface NamedAttestationCheck {
  readonly name: string
  readonly check: AttestationCheck
  /** Depends on the text alone, so it is not done again for a text whose signature was verified. */
  readonly ofText?: true
}

/** Cheap before dear, and what uses something up last. */
export const verification: readonly NamedAttestationCheck[] = [
  // form
  { name: 'form', check: form, ofText: true },
  { name: 'type', check: type, ofText: true },
  { name: 'algorithm', check: algorithm, ofText: true },
  { name: 'key_id', check: keyId, ofText: true },
  { name: 'claims', check: claims, ofText: true },
  // issuer
  { name: 'issuer', check: issuer },
  { name: 'carriage', check: carriage },
  { name: 'issuer_algorithm', check: issuerAlgorithm },
  { name: 'embedded_key', check: embeddedKey, ofText: true },
  // time
  { name: 'time', check: time },
  // signature
  { name: 'signing_key', check: signingKey },
  { name: 'signature', check: signature },
  { name: 'instance_key', check: instanceKey },
  // Again, as keys may have taken their time to come.
  { name: 'time_after_keys', check: time },
  // for whom the issuer may speak
  { name: 'provider', check: provider },
  { name: 'trust_domain', check: trustDomain },
  // for whom it is
  { name: 'client', check: client },
  { name: 'key_binding', check: keyBinding },
  { name: 'audience', check: audience },
  // ledger
  { name: 'single_use', check: singleUse },
]
