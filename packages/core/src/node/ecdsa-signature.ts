/** ECDSA P-256 signatures from the JOSE form, R‖S (RFC 7518 §3.4), to the DER form that OpenSSL verifies fastest (RFC 3279 §2.2.3). */

// The order n of the P-256 base point, big-endian (FIPS 186-5, SEC 2 §2.4.2).
const ORDER = Uint8Array.from([
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
  0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
])

// Two integers of at most 33 octets, with their headers. Written over and over: a typed array of its own for each
// signature would cost a tenth of a verification, being too long for V8 to keep on its heap.
const der = new Uint8Array(72)

/**
 * Takes 64 octets; yields DER, or `undefined` unless 0 < r, s < n (FIPS 186-5 §6.4.2). What it yields is good until the
 * next call.
 *
 * Both s and n − s pass, as JWS has no rule for one of them (RFC 7518 §3.4): a low-s rule would refuse half of what
 * honest signers send. So a JWS has a twin with other bytes, and nothing may be keyed on the bytes of a signature.
 */
export function toDerSignature(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== 64 || !isInRange(signature, 0) || !isInRange(signature, 32)) return undefined
  const middle = writeInteger(signature, 0, 2)
  const end = writeInteger(signature, 32, middle)
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Writes the 32 octets from `from` as a DER integer at `to`; yields where it ends. */
function writeInteger(signature: Uint8Array, from: number, to: number): number {
  let start = from
  while (signature[start] === 0) start++
  // No leading zero octets, but for the one that keeps the sign bit clear.
  const pad = (signature[start] ?? 0) >= 0x80 ? 1 : 0
  const length = from + 32 - start + pad
  der[to] = 0x02
  der[to + 1] = length
  der[to + 2] = 0
  let at = to + 2 + pad
  for (let i = start; i < from + 32; i++) der[at++] = signature[i] ?? 0
  return at
}

// The comparison with n nearly always ends at the first octet: what is compared is public, so that gives nothing away.
function isInRange(signature: Uint8Array, from: number): boolean {
  return !isZero(signature, from) && isBelowOrder(signature, from)
}

function isZero(signature: Uint8Array, from: number): boolean {
  for (let i = from; i < from + 32; i++) if (signature[i] !== 0) return false
  return true
}

function isBelowOrder(signature: Uint8Array, from: number): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (signature[from + i] ?? 0) - (ORDER[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
