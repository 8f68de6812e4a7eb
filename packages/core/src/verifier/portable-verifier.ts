/** Signatures and digests on WebCrypto alone, for every runtime that has it. */
import type { SignatureAlgorithm } from '../jose/algorithms.ts'
import { encodeBase64url } from '../jose/base64url.ts'
import type { PublicJwk } from '../jose/jwk.ts'
import { checkPublicKey } from '../jose/public-key.ts'
import { thumbprintInput } from '../jose/thumbprint.ts'
import type { Verifier, VerifyKey } from '../ports/verifier.ts'
import { refuse } from '../rejection.ts'
import { ok, type Result } from '../result.ts'

class PortableKey implements VerifyKey {
  readonly algorithm: SignatureAlgorithm
  readonly thumbprint: string
  readonly key: CryptoKey

  constructor(algorithm: SignatureAlgorithm, thumbprint: string, key: CryptoKey) {
    this.algorithm = algorithm
    this.thumbprint = thumbprint
    this.key = key
  }
}

// `EdDSA` is what RFC 8037 called it; WebCrypto knows the curve's own name (RFC 9864).
const ED25519 = { import: { name: 'Ed25519' }, verify: { name: 'Ed25519' } }
const PARAMETERS = {
  ES256: { import: { name: 'ECDSA', namedCurve: 'P-256' }, verify: { name: 'ECDSA', hash: 'SHA-256' } },
  Ed25519: ED25519,
  EdDSA: ED25519,
  RS256: { import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, verify: { name: 'RSASSA-PKCS1-v1_5' } },
} as const satisfies Record<
  SignatureAlgorithm,
  { import: Algorithm | EcKeyImportParams | RsaHashedImportParams; verify: Algorithm | EcdsaParams }
>

const utf8 = new TextEncoder()

/** A verifier without any part of Node in it; the one in `@countersign/core/node` is several times faster. */
export function createPortableVerifier(): Verifier {
  return { importKey, verify, digest }
}

async function importKey(jwk: PublicJwk, algorithm: SignatureAlgorithm): Promise<Result<VerifyKey>> {
  const checked = checkPublicKey(jwk, algorithm)
  if (checked === undefined) return refuse('invalid_token', 'invalid_key')
  try {
    const key = await crypto.subtle.importKey('jwk', { ...checked }, PARAMETERS[algorithm].import, false, ['verify'])
    return ok(new PortableKey(algorithm, await digest(thumbprintInput(checked)), key))
  } catch {
    // What is left to go wrong is the point: it is not on the curve.
    return refuse('invalid_token', 'invalid_key')
  }
}

async function verify(key: VerifyKey, signingInput: string, signature: Uint8Array): Promise<boolean> {
  if (!(key instanceof PortableKey)) throw new TypeError('This key was imported by another verifier; import it again.')
  const input = utf8.encode(signingInput)
  return crypto.subtle.verify(PARAMETERS[key.algorithm].verify, key.key, new Uint8Array(signature), input)
}

async function digest(data: string | Uint8Array): Promise<string> {
  const octets = typeof data === 'string' ? utf8.encode(data) : new Uint8Array(data)
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', octets)))
}
