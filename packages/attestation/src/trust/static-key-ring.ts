/** An issuer's keys as its operator wrote them down (RFC 7517 §5). */
import {
  type KeyRing,
  type PublicJwk,
  parsePublicJwk,
  type Result,
  refuse,
  type SignatureAlgorithm,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'
import { algorithmOf, fitsKey } from '../jws/attestation-algorithms.ts'

/** Public keys, each with its `kid`; a single one may come without. */
export interface StaticKeys {
  readonly keys: readonly unknown[]
}

interface HeldKey {
  readonly kid: string | undefined
  readonly jwk: PublicJwk
  /** By algorithm: asked for with every attestation, so looked up and not worked out. */
  readonly imported: Map<SignatureAlgorithm, Promise<Result<VerifyKey>>>
}

/**
 * Finds a key by its `kid`, or without one when there is only one key. Throws a `TypeError` for keys that are private,
 * malformed, of a type that signs no attestations, or that share a `kid`: no member is ever in the message.
 */
export function createStaticKeyRing(verifier: Verifier, { keys }: StaticKeys): KeyRing {
  const held = keys.map(readKey)
  if (held.length === 0) throw new TypeError('A trusted issuer has one key at the least.')
  if (held.length > 1 && new Set(held.map(({ kid }) => kid ?? '')).size < held.length) {
    throw new TypeError('Each of several keys has a kid of its own.')
  }
  if (held.length > 1 && held.some(({ kid }) => kid === undefined)) {
    throw new TypeError('Each of several keys has a kid; only a single key may be without.')
  }
  function importOnce({ jwk, imported }: HeldKey, algorithm: SignatureAlgorithm): Promise<Result<VerifyKey>> {
    const known = imported.get(algorithm)
    if (known !== undefined) return known
    const key = Promise.resolve(verifier.importKey(jwk, algorithm))
    imported.set(algorithm, key)
    return key
  }

  return {
    async find(kid, algorithm) {
      const found = held.length === 1 && kid === undefined ? held[0] : held.find((key) => key.kid === kid)
      if (found === undefined) return refuse('invalid_token', 'unknown_key')
      if (!fitsKey(found.jwk, algorithm)) return refuse('invalid_token', 'key_algorithm')
      return importOnce(found, algorithm)
    },
  }
}

function readKey(value: unknown): HeldKey {
  const jwk = parsePublicJwk(value)
  if (!jwk.ok || algorithmOf(jwk.value) === undefined) {
    throw new TypeError('The keys of a trusted issuer are public P-256 or Ed25519 JWKs (RFC 7517).')
  }
  const kid = typeof value === 'object' && value !== null && 'kid' in value ? value.kid : undefined
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw new TypeError('A kid is a text.')
  return { kid, jwk: jwk.value, imported: new Map() }
}
