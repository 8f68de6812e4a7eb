/** Public keys as JWKs (RFC 7517), one shape for each key type that is ever accepted. */
import { decodeBase64url } from './base64url.ts'

/** P-256 (RFC 7518 §6.2), Ed25519 (RFC 8037 §2) or RSA (RFC 7518 §6.3); every value base64url without padding. */
export type PublicJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }

/** A public key in its one shape, or why there is none: `object`, `private`, `kty`, `crv`, `x`, `y`, `n`, `e`. */
export type JwkResult =
  | { readonly ok: true; readonly value: PublicJwk }
  | { readonly ok: false; readonly reason: 'object' | 'private' | 'kty' | 'crv' | 'x' | 'y' | 'n' | 'e' }

// RFC 7518 §6.2.2, §6.3.2 and §6.4.1: a key that comes with any of these is no public key, and its owner has a problem.
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** Octets of an RSA modulus: 2048 bits at the least; above 8192 bits one signature would cost too much to verify. */
const MODULUS_OCTETS = { least: 256, most: 1024 }

/**
 * Narrows an untrusted value to a public key. What else a JWK may carry (`kid`, `use`, `alg`, `key_ops`, `ext`) is
 * dropped. Coordinates have the full length of their field (RFC 7518 §6.2.1.2, RFC 8037 §2). Whether the point is on
 * its curve is for the verifier that imports the key.
 */
export function parsePublicJwk(value: unknown): JwkResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, reason: 'object' }
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(value, member))) return { ok: false, reason: 'private' }
  switch (own(value, 'kty')) {
    case 'EC':
      return parseEcKey(value)
    case 'OKP':
      return parseOkpKey(value)
    case 'RSA':
      return parseRsaKey(value)
    default:
      return { ok: false, reason: 'kty' }
  }
}

function parseEcKey(jwk: object): JwkResult {
  if (own(jwk, 'crv') !== 'P-256') return { ok: false, reason: 'crv' }
  const x = own(jwk, 'x')
  const y = own(jwk, 'y')
  if (!isOctets(x, 32)) return { ok: false, reason: 'x' }
  if (!isOctets(y, 32)) return { ok: false, reason: 'y' }
  return { ok: true, value: { kty: 'EC', crv: 'P-256', x, y } }
}

function parseOkpKey(jwk: object): JwkResult {
  if (own(jwk, 'crv') !== 'Ed25519') return { ok: false, reason: 'crv' }
  const x = own(jwk, 'x')
  return isOctets(x, 32) ? { ok: true, value: { kty: 'OKP', crv: 'Ed25519', x } } : { ok: false, reason: 'x' }
}

function parseRsaKey(jwk: object): JwkResult {
  const n = own(jwk, 'n')
  const e = own(jwk, 'e')
  if (!isModulus(n)) return { ok: false, reason: 'n' }
  if (!isExponent(e)) return { ok: false, reason: 'e' }
  return { ok: true, value: { kty: 'RSA', n, e } }
}

function own(jwk: object, member: string): unknown {
  return Object.hasOwn(jwk, member) ? (jwk as Record<string, unknown>)[member] : undefined
}

function isOctets(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length <= 64 && decodeBase64url(value)?.length === length
}

// Unsigned integers are written in the fewest octets (RFC 7518 §2, Base64urlUInt), so the first one is not zero.
function isModulus(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 1400) return false
  const octets = decodeBase64url(value)
  const [first] = octets ?? []
  if (octets === undefined || first === undefined || first === 0) return false
  if (octets.length < MODULUS_OCTETS.least || octets.length > MODULUS_OCTETS.most) return false
  return octets.length > MODULUS_OCTETS.least || first >= 0x80
}

// With e = 1 every message is its own signature; an even e is no exponent; a long one only costs time.
function isExponent(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 6) return false
  const octets = decodeBase64url(value)
  if (octets === undefined || octets.length === 0 || octets[0] === 0) return false
  const exponent = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  return exponent >= 3 && exponent % 2 === 1
}
