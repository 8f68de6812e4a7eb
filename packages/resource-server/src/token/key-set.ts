/** A JSON Web Key Set (RFC 7517 §5) as a source of verification keys. */
import {
  ok,
  type PublicJwk,
  parsePublicJwk,
  type Result,
  refuse,
  type SignatureAlgorithm,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'

const maxKeys = 100

interface Entry {
  readonly kid: string | undefined
  readonly alg: string | undefined
  readonly jwk: PublicJwk
}

/** Finds a key by the `kid` and algorithm that a header names. */
export interface KeySet {
  /** True when none of its keys can ever be used. */
  readonly isEmpty: boolean
  /** Undefined when the set has no such key. Without a `kid` the one key that fits is meant, if there is just one. */
  find(kid: string | undefined, algorithm: SignatureAlgorithm): Promise<Result<VerifyKey> | undefined>
}

/** Reads `keys`; members of kinds that are never accepted (encryption, HMAC, other curves) are passed over. */
export function createKeySet(keys: readonly unknown[], verifier: Verifier): KeySet {
  const entries = keys.slice(0, maxKeys).flatMap(readEntry)
  const imported = new Map<string, Result<VerifyKey>>()

  return {
    isEmpty: entries.length === 0,
    async find(kid, algorithm) {
      const fitting = entries.filter((entry) => fits(entry, kid, algorithm))
      const [entry] = fitting
      if (entry === undefined || fitting.length > 1) return undefined
      const name = `${algorithm} ${entries.indexOf(entry)}`
      const known = imported.get(name)
      if (known !== undefined) return known
      const key = await verifier.importKey(entry.jwk, algorithm)
      const found = key.ok ? ok(key.value) : refuse('invalid_token', 'key')
      imported.set(name, found)
      return found
    },
  }
}

function readEntry(value: unknown): Entry[] {
  const jwk = parsePublicJwk(value)
  if (!jwk.ok) return []
  const { kid, alg, use } = value as { kid?: unknown; alg?: unknown; use?: unknown }
  if (use !== undefined && use !== 'sig') return []
  return [
    { jwk: jwk.value, kid: typeof kid === 'string' ? kid : undefined, alg: typeof alg === 'string' ? alg : undefined },
  ]
}

const keyTypes: Readonly<Record<SignatureAlgorithm, PublicJwk['kty']>> = {
  ES256: 'EC',
  EdDSA: 'OKP',
  Ed25519: 'OKP',
  RS256: 'RSA',
}

function fits(entry: Entry, kid: string | undefined, algorithm: SignatureAlgorithm): boolean {
  if (kid !== undefined && entry.kid !== kid) return false
  return entry.jwk.kty === keyTypes[algorithm] && (entry.alg === undefined || sameAlgorithm(entry.alg, algorithm))
}

/** One key, one algorithm; `EdDSA` and `Ed25519` are two names of one (RFC 9864 §2.2). */
function sameAlgorithm(named: string, algorithm: SignatureAlgorithm): boolean {
  const plain = (alg: string) => (alg === 'EdDSA' ? 'Ed25519' : alg)
  return plain(named) === plain(algorithm)
}
