import { describe, expect, it } from 'vitest'
import { thumbprintInput } from './thumbprint.ts'

describe('the JWK thumbprint (RFC 7638 §3)', () => {
  it('is taken over the required members in lexicographic order, without white space', () => {
    expect(thumbprintInput({ kty: 'EC', y: 'Y', x: 'X', crv: 'P-256' })).toBe(
      '{"crv":"P-256","kty":"EC","x":"X","y":"Y"}',
    )
    expect(thumbprintInput({ x: 'X', kty: 'OKP', crv: 'Ed25519' })).toBe('{"crv":"Ed25519","kty":"OKP","x":"X"}')
    expect(thumbprintInput({ n: 'N', kty: 'RSA', e: 'AQAB' })).toBe('{"e":"AQAB","kty":"RSA","n":"N"}')
  })
})
