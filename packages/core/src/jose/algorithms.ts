/** The signature algorithms that are ever accepted: asymmetric ones only (RFC 7518 §3.1, RFC 8037, RFC 9864). */

/** `EdDSA` and `Ed25519` name the same signature over Curve25519; `RS256` is for other people's issuers only. */
export const signatureAlgorithms = ['ES256', 'Ed25519', 'EdDSA', 'RS256'] as const

/** One of them. */
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** Narrows an untrusted `alg` header to a known algorithm. */
export function parseAlgorithm(alg: unknown): SignatureAlgorithm | undefined {
  return signatureAlgorithms.find((known) => known === alg)
}
