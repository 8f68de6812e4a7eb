/** What attestations, instance proofs and bundles are signed with (RFC 7518 §3.4, RFC 8037, RFC 9864). */
import type { JsonObject, PublicJwk } from '@countersign/core'

/** `EdDSA` is RFC 8037's name for `Ed25519`. */
export const attestationAlgorithms = ['Ed25519', 'EdDSA', 'ES256'] as const

/** One of the names under which a signature may come. */
export type AttestationAlgorithm = (typeof attestationAlgorithms)[number]

/** One key, one algorithm: the key's type decides. `undefined` for keys that sign nothing here. */
export function algorithmOf(jwk: PublicJwk): 'ES256' | 'Ed25519' | undefined {
  if (jwk.kty === 'EC') return 'ES256'
  return jwk.kty === 'OKP' ? 'Ed25519' : undefined
}

/** Is the algorithm one that this key signs with? */
export function fitsKey(jwk: PublicJwk, algorithm: string): boolean {
  const own = algorithmOf(jwk)
  return own === algorithm || (own === 'Ed25519' && algorithm === 'EdDSA')
}

const KEY_MEMBERS = ['jwk', 'jku', 'x5c', 'x5u', 'x5t', 'x5t#S256'] as const

/** Does a header bring its own key, or name a place to get one from (RFC 7515 §4.1.2 to §4.1.8)? */
export function bringsKey(header: JsonObject): boolean {
  return KEY_MEMBERS.some((member) => Object.hasOwn(header, member))
}
