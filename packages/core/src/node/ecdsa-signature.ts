/** ECDSA P-256 signatures from the JOSE form, R‖S (RFC 7518 §3.4), to the DER form that OpenSSL verifies fastest (RFC 3279 §2.2.3). */

// The order n of the P-256 base point, big-endian (FIPS 186-5, SEC 2 §2.4.2).
const ORDER = Uint8Array.from([
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
  0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
])

/**
 * Takes 64 octets; yields DER, or `undefined` unless 0 < r, s < n (FIPS 186-5 §6.4.2).
 *
 * Both s and n − s pass, as JWS has no rule for one of them (RFC 7518 §3.4): a low-s rule would refuse half of what
 * honest signers send. So a JWS has a twin with other bytes, and nothing may be keyed on the bytes of a signature.
 */
export function toDerSignature(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== 64 || !isInRange(signature, 0) || !isInRange(signature, 32)) return undefined
  const r = integerStart(signature, 0)
  const s = integerStart(signature, 32)
  const rLength = 32 - r.skip + r.pad
  const sLength = 32 - s.skip + s.pad
  const der = new Uint8Array(6 + rLength + sLength)
  der[0] = 0x30
  der[1] = 4 + rLength + sLength
  der[2] = 0x02
  der[3] = rLength
  der.set(signature.subarray(r.skip, 32), 4 + r.pad)
  der[4 + rLength] = 0x02
  der[5 + rLength] = sLength
  der.set(signature.subarray(32 + s.skip, 64), 6 + rLength + s.pad)
  return der
}

// A DER integer has no leading zero octets but the one that keeps its sign bit clear.
function integerStart(signature: Uint8Array, offset: number): { skip: number; pad: number } {
  let skip = 0
  while (skip < 31 && signature[offset + skip] === 0) skip++
  return { skip, pad: (signature[offset + skip] ?? 0) >= 0x80 ? 1 : 0 }
}

function isInRange(signature: Uint8Array, offset: number): boolean {
  let nonZero = 0
  for (let i = 0; i < 32; i++) nonZero |= signature[offset + i] ?? 0
  if (nonZero === 0) return false
  for (let i = 0; i < 32; i++) {
    const difference = (signature[offset + i] ?? 0) - (ORDER[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
