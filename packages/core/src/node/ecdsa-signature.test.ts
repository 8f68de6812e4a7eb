import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDerSignature } from './ecdsa-signature.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A DER sequence of integers (X.690 §8.3), written the long way. */
function writeDer(...integers: bigint[]): Buffer {
  const parts = integers.map((integer) => {
    const hex = integer.toString(16)
    const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
    const body = (octets[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), octets]) : octets
    return Buffer.concat([Buffer.of(2, body.length), body])
  })
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

describe('an ECDSA signature in DER (RFC 3279 §2.2.3)', () => {
  it('has each number in the fewest octets', () => {
    const number = fc
      .tuple(fc.nat(255), fc.bigInt(1n, 2n ** 255n))
      .map(([shift, value]) => value >> BigInt(shift) || 1n)
    fc.assert(
      fc.property(number, number, (r, s) => {
        const raw = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex')
        expect(Buffer.from(toDerSignature(raw) ?? []).toString('hex')).toBe(writeDer(r, s).toString('hex'))
      }),
    )
  })

  it('verifies where its raw form does', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
        expect(verify('sha256', message, publicKey, toDerSignature(raw) ?? Buffer.of())).toBe(true)
      }),
    )
  })

  it.each([0, 63, 65, 72])('is not made of %i octets', (length) => {
    expect(toDerSignature(new Uint8Array(length).fill(1))).toBeUndefined()
  })
})
