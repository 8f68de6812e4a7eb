/** The plain JWK Set (RFC 7517 §5) of an issuer: for verifiers that know nothing of signed bundles. */
import { type KeyLifePolicy, listPublishedKeys, type SigningKey } from '@countersign/attestation/issue'

/** Takes all keys; yields the JSON of those that verifiers are to know now. */
export function writeJwks(keys: readonly SigningKey[], now: number, policy: KeyLifePolicy): string {
  const published = listPublishedKeys(keys, now, policy).map(({ keyId, publicJwk }) => ({
    ...publicJwk,
    kid: keyId,
    alg: 'Ed25519',
    use: 'sig',
  }))
  return JSON.stringify({ keys: published })
}
