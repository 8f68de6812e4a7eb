import { describe, expect, it } from 'vitest'
import { parseAlgorithm, signatureAlgorithms } from './algorithms.ts'

describe('the signature algorithms (RFC 7518 §3.1, RFC 8037, RFC 9864)', () => {
  it('are asymmetric, all of them', () => {
    expect(signatureAlgorithms.map(parseAlgorithm)).toEqual(['ES256', 'Ed25519', 'EdDSA', 'RS256'])
  })

  it.each(['none', 'None', 'HS256', 'es256', 'ES384', 'PS256', 'RS512', 'Ed448', '', undefined, null, ['ES256'], 1])(
    'are not %j',
    (alg) => {
      expect(parseAlgorithm(alg)).toBeUndefined()
    },
  )
})
