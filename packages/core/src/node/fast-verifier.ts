/** Signatures and digests the cheapest way there is on Node: synchronous, keys parsed once, ES256 as DER. */
import * as crypto from 'node:crypto'
import type { SignatureAlgorithm } from '../jose/algorithms.ts'
import type { PublicJwk } from '../jose/jwk.ts'
import { checkPublicKey } from '../jose/public-key.ts'
import { thumbprintInput } from '../jose/thumbprint.ts'
import type { Verifier, VerifyKey } from '../ports/verifier.ts'
import { refuse } from '../rejection.ts'
import { ok, type Result } from '../result.ts'
import { toDerSignature } from './ecdsa-signature.ts'

class FastKey implements VerifyKey {
  readonly algorithm: SignatureAlgorithm
  readonly thumbprint: string
  readonly key: crypto.KeyObject

  constructor(algorithm: SignatureAlgorithm, thumbprint: string, key: crypto.KeyObject) {
    this.algorithm = algorithm
    this.thumbprint = thumbprint
    this.key = key
  }
}

/** A verifier that answers at once. One ES256 verification costs some 70 µs, an Ed25519 one some 95 µs, of main thread. */
export function createFastVerifier(): Verifier {
  return { importKey, verify, digest }
}

function importKey(jwk: PublicJwk, algorithm: SignatureAlgorithm): Result<VerifyKey> {
  const checked = checkPublicKey(jwk, algorithm)
  if (checked === undefined) return refuse('invalid_token', 'invalid_key')
  try {
    const key = crypto.createPublicKey({ key: { ...checked }, format: 'jwk' })
    return ok(new FastKey(algorithm, digest(thumbprintInput(checked)), key))
  } catch {
    // What is left to go wrong is the point: it is not on the curve.
    return refuse('invalid_token', 'invalid_key')
  }
}

function verify(key: VerifyKey, signingInput: string, signature: Uint8Array): boolean {
  if (!(key instanceof FastKey)) throw new TypeError('This key was imported by another verifier; import it again.')
  // A bare KeyObject and DER: the form { key, dsaEncoding: 'ieee-p1363' } costs 40 % more for the same answer.
  // Characters beyond ASCII have no place in a signing input, and Latin-1 would write some of them as others.
  if (Buffer.byteLength(signingInput) !== signingInput.length) return false
  const input = encodeAscii(signingInput)
  switch (key.algorithm) {
    case 'ES256': {
      const der = toDerSignature(signature)
      return der !== undefined && crypto.verify('sha256', input, key.key, der)
    }
    case 'Ed25519':
    case 'EdDSA':
      return signature.length === 64 && crypto.verify(null, input, key.key, signature)
    case 'RS256':
      return crypto.verify('sha256', input, key.key, signature)
  }
}

// One place for what is verified now, as nothing else runs meanwhile: memory of its own for each would be work for the
// collector.
const scratch = Buffer.allocUnsafeSlow(16_384)

function encodeAscii(text: string): Buffer {
  if (text.length > scratch.length) return Buffer.from(text, 'latin1')
  return scratch.subarray(0, scratch.write(text, 'latin1'))
}

function digest(data: string | Uint8Array): string {
  return crypto.hash('sha256', data, 'base64url')
}
