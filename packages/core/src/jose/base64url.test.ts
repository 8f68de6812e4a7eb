import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseDecoder } from './base64-engine.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'

const octets = fc.uint8Array({ maxLength: 200 })

describe('base64url (RFC 4648 §5, RFC 7515 §2)', () => {
  it.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('writes the test vector "%s" of RFC 4648 §10 without padding', (text, encoded) => {
    expect(encodeBase64url(new TextEncoder().encode(text))).toBe(encoded)
    expect(new TextDecoder().decode(decodeBase64url(encoded))).toBe(text)
  })

  it('writes the octets of RFC 7515 appendix C with - and _', () => {
    expect(encodeBase64url(Uint8Array.of(3, 236, 255, 224, 193))).toBe('A-z_4ME')
    expect(decodeBase64url('A-z_4ME')).toEqual(Uint8Array.of(3, 236, 255, 224, 193))
  })

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes)
      }),
    )
  })

  it('accepts a text only when encoding its octets gives the same text again', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'ABCQgw048_-+/= \n.'), maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const decoded = decodeBase64url(text)
        expect(decoded === undefined || encodeBase64url(decoded) === text).toBe(true)
      }),
    )
  })

  it.each([
    'Zg==',
    'Zm8=',
    'Zm9v\n',
    ' Zm9v',
    'Zm 9v',
    'Zm+v',
    'Zm/v',
    'A',
    'Zm9vY',
    'Zh',
    'Zm9',
    'Zm9vYn',
    'é',
    'Zm9vĀ',
  ])('refuses %j, which a lenient decoder reads', (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })

  it('yields octets that share no memory with anybody', () => {
    const decoded = decodeBase64url('Zm9v')
    expect(decoded?.buffer.byteLength).toBe(3)
    expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype)
  })

  it('decodes alike on runtimes with Uint8Array.fromBase64, with Buffer, and with atob alone', () => {
    // This Node has no fromBase64 yet; a runtime that has it is told apart by the option that it is called with.
    const fromBase64 = (text: string, { alphabet }: { alphabet: string }): Uint8Array =>
      Uint8Array.from(Buffer.from(text, alphabet as 'base64url'))
    const engines = [
      chooseDecoder({ Uint8Array: { fromBase64 } }),
      chooseDecoder({ Uint8Array, Buffer }),
      chooseDecoder({ Uint8Array }),
    ]
    fc.assert(
      fc.property(octets, (bytes) => {
        for (const decode of engines) expect(new Uint8Array(decode(encodeBase64url(bytes)))).toEqual(bytes)
      }),
    )
  })
})
