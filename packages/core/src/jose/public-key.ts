/** What every verifier asks of a key before it imports it: one algorithm, and a key that is worth something. */
import type { SignatureAlgorithm } from './algorithms.ts'
import { isWeakEd25519Key } from './ed25519-point.ts'
import { type PublicJwk, parsePublicJwk } from './jwk.ts'

const KEY_TYPE = { ES256: 'EC', Ed25519: 'OKP', EdDSA: 'OKP', RS256: 'RSA' } as const satisfies Record<
  SignatureAlgorithm,
  PublicJwk['kty']
>

/** Does this algorithm sign with keys of that type? One key type never serves two algorithms here. */
function fitsAlgorithm(jwk: PublicJwk, algorithm: SignatureAlgorithm): boolean {
  return KEY_TYPE[algorithm] === jwk.kty
}

/** The key in its one shape; `undefined` when it is malformed, private, of another type, or too weak to prove anything. */
export function checkPublicKey(jwk: PublicJwk, algorithm: SignatureAlgorithm): PublicJwk | undefined {
  const parsed = parsePublicJwk(jwk)
  if (!parsed.ok || !fitsAlgorithm(parsed.value, algorithm)) return undefined
  if (parsed.value.kty === 'OKP' && isWeakEd25519Key(parsed.value.x)) return undefined
  return parsed.value
}
