/** Ed25519 public keys that prove nothing: points of small order, and encodings that are not canonical (RFC 8032 §5.1.3, §5.1.7). */
import { decodeBase64url } from './base64url.ts'

// The five y coordinates, little-endian hex, of the eight points whose order divides 8. Under such a key a signature
// can be made that verifies for a great many messages, or for all of them, without any private key: with OpenSSL 3.0
// 64 octets verify for every message under the neutral element, and only later releases refuse such keys themselves.
const SMALL_ORDER_Y: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000', // order 4
  '0100000000000000000000000000000000000000000000000000000000000000', // order 1, the neutral element
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // order 2
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
])

/** Takes the `x` of a JWK; true when a signature under that key would prove nothing, or when it has a second encoding. */
export function isWeakEd25519Key(x: string): boolean {
  const octets = decodeBase64url(x)
  if (octets?.length !== 32) return true
  // The top bit is the sign of the other coordinate.
  octets[31] = (octets[31] ?? 0) & 0x7f
  return isAtLeastPrime(octets) || SMALL_ORDER_Y.has(hex(octets))
}

// y must be below p = 2^255 − 19: y + p would be another text, and another thumbprint, for the same key.
function isAtLeastPrime(y: Uint8Array): boolean {
  if (y[31] !== 0x7f || (y[0] ?? 0) < 0xed) return false
  return y.subarray(1, 31).every((octet) => octet === 0xff)
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')
}
