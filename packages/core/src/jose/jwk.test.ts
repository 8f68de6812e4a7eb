import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBase64url } from './base64url.ts'
import { parsePublicJwk } from './jwk.ts'

const octets = (length: number, first = 0xff): string => {
  const bytes = new Uint8Array(length).fill(1)
  bytes[0] = first
  return encodeBase64url(bytes)
}
const ec = { kty: 'EC', crv: 'P-256', x: octets(32), y: octets(32) }
const okp = { kty: 'OKP', crv: 'Ed25519', x: octets(32) }
const rsa = { kty: 'RSA', n: octets(256), e: 'AQAB' }

describe('a public JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2)', () => {
  it.each([ec, okp, rsa])('of type $kty is taken', (jwk) => {
    expect(parsePublicJwk(jwk)).toEqual({ ok: true, value: jwk })
  })

  it('loses the members that say nothing about the key itself', () => {
    const extra = { kid: '1', use: 'sig', alg: 'ES256', key_ops: ['verify'], ext: true, x5t: 'a' }
    expect(parsePublicJwk({ ...ec, ...extra })).toEqual({ ok: true, value: ec })
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'is refused with the private member %s, whatever its value',
    (member) => {
      for (const jwk of [ec, okp, rsa]) {
        expect(parsePublicJwk({ ...jwk, [member]: undefined })).toEqual({ ok: false, reason: 'private' })
      }
    },
  )

  it.each([
    [null, 'object'],
    [[ec], 'object'],
    ['EC', 'object'],
    [{}, 'kty'],
    [{ kty: 'oct' }, 'kty'],
    [{ kty: 'ec', ...{ crv: 'P-256' } }, 'kty'],
    [Object.create(ec), 'kty'],
    [{ ...ec, crv: 'P-384' }, 'crv'],
    [{ ...ec, crv: 'secp256k1' }, 'crv'],
    [{ ...okp, crv: 'X25519' }, 'crv'],
    [{ ...okp, crv: 'Ed448' }, 'crv'],
    [{ ...ec, x: octets(31) }, 'x'],
    [{ ...ec, x: octets(33) }, 'x'],
    [{ ...ec, x: `${octets(32)}=` }, 'x'],
    [{ ...ec, x: `${octets(32).slice(0, -1)}F` }, 'x'],
    [{ ...ec, y: undefined }, 'y'],
    [{ ...ec, y: [octets(32)] }, 'y'],
    [{ ...okp, x: octets(57) }, 'x'],
    [{ ...rsa, n: octets(128) }, 'n'],
    [{ ...rsa, n: octets(255) }, 'n'],
    [{ ...rsa, n: octets(256, 0x7f) }, 'n'],
    [{ ...rsa, n: octets(257, 0) }, 'n'],
    [{ ...rsa, n: octets(1025) }, 'n'],
    [{ ...rsa, e: 'AQ' }, 'e'],
    [{ ...rsa, e: 'Ag' }, 'e'],
    [{ ...rsa, e: 'AAEAAQ' }, 'e'],
    [{ ...rsa, e: '' }, 'e'],
    [{ ...rsa, e: octets(8) }, 'e'],
  ])('%j is refused for its %s', (jwk, reason) => {
    expect(parsePublicJwk(jwk)).toEqual({ ok: false, reason })
  })

  it('whatever comes is taken or refused, never thrown at', () => {
    const member = fc.oneof(fc.anything(), fc.constantFrom('EC', 'OKP', 'RSA', 'P-256', 'Ed25519', octets(32)))
    const nearly = fc.record(
      { kty: member, crv: member, x: member, y: member, n: member, e: member },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(nearly, fc.anything()), (jwk) => {
        expect(typeof parsePublicJwk(jwk).ok).toBe('boolean')
      }),
    )
  })
})
