/** The keys of one plain document, by the name that a header gives (RFC 7515 §4.1.4). */
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KeyRing,
  type PublicJwk,
  parsePublicJwk,
  type Result,
  refuse,
  type SignatureAlgorithm,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'

/** More keys than any issuer has in use. */
const MOST_KEYS = 256
const LONGEST_ID = 256

interface PublishedKey {
  readonly kid: string | undefined
  readonly jwk: PublicJwk
  readonly alg: string | undefined
}

/** What is found while there is no document. */
export const noKeys: KeyRing = { find: async () => refuse('keys_unavailable', 'no_document') }

/**
 * Takes the members of `keys`, those alone that `isWanted` says are meant for us; the others, and kinds that are never
 * accepted, are passed over. Two keys of one kind under one name are none: nobody knows which is meant. Without a name
 * the only key is found. `undefined` when it is no list, or one that is too long to be one.
 */
export function createPublishedKeys(
  verifier: Verifier,
  keys: JsonValue | undefined,
  isWanted: (jwk: JsonObject) => boolean,
): KeyRing | undefined {
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) return undefined
  const published = keys.flatMap((jwk) => (isJsonObject(jwk) && isWanted(jwk) ? readKey(jwk) : []))
  const named = Map.groupBy(published, ({ kid }) => kid)
  const imported = new Map<string, Promise<Result<VerifyKey>>>()

  function importOnce({ kid = '', jwk }: PublishedKey, algorithm: SignatureAlgorithm): Promise<Result<VerifyKey>> {
    const name = `${algorithm} ${kid}`
    const known = imported.get(name) ?? Promise.resolve(verifier.importKey(jwk, algorithm))
    imported.set(name, known)
    return known
  }

  return {
    async find(kid, algorithm) {
      const candidates = kid === undefined ? (published.length === 1 ? published : []) : (named.get(kid) ?? [])
      if (candidates.length === 0) return refuse('invalid_token', 'unknown_key')
      const [key, ...others] = candidates.filter((candidate) => fits(candidate, algorithm))
      if (key === undefined) return refuse('invalid_token', 'key_algorithm')
      if (others.length > 0) return refuse('invalid_token', 'ambiguous_key')
      return importOnce(key, algorithm)
    },
  }
}

function readKey(value: JsonObject): PublishedKey[] {
  const jwk = parsePublicJwk(value)
  const { kid, alg } = value
  if (!jwk.ok || (alg !== undefined && typeof alg !== 'string')) return []
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_ID)) return []
  return [{ kid, jwk: jwk.value, alg }]
}

const KEY_TYPES: Readonly<Record<SignatureAlgorithm, PublicJwk['kty']>> = {
  ES256: 'EC',
  EdDSA: 'OKP',
  Ed25519: 'OKP',
  RS256: 'RSA',
}

/** One key, one algorithm; `EdDSA` and `Ed25519` are two names of one (RFC 9864 §2.2). */
function fits({ jwk, alg }: PublishedKey, algorithm: SignatureAlgorithm): boolean {
  const plain = (name: string): string => (name === 'EdDSA' ? 'Ed25519' : name)
  return jwk.kty === KEY_TYPES[algorithm] && (alg === undefined || plain(alg) === plain(algorithm))
}
