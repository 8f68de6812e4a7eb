import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { encodeBase64url } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { readProofHeader } from './proof-header.ts'
import { defaultProofPolicy, type ProofAlgorithm } from './proof-policy.ts'

const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwkOf = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) })
const jwk = jwkOf(es256.publicKey)
const HEADER = { typ: 'dpop+jwt', alg: 'ES256', jwk }

/** Why the header is refused, or `accepted`. */
function outcomeOf(header: object, algorithms: readonly ProofAlgorithm[] = defaultProofPolicy.algorithms): string {
  const segment = encodeBase64url(new TextEncoder().encode(JSON.stringify(header)))
  const result = readProofHeader(segment, algorithms)
  return result.ok ? 'accepted' : result.reason
}

describe('the header of a proof (RFC 9449 §4.3, checks 4 to 7)', () => {
  it.each([
    ['typ', { typ: 'JWT' }],
    ['typ', { typ: undefined }],
    ['typ', { typ: 'at+jwt' }],
    ['typ', { typ: 'dpop+jwt ' }],
    ['typ', { typ: 'text/dpop+jwt' }],
    ['typ', { typ: ['dpop+jwt'] }],
    ['header_alg', { alg: 'none' }],
    ['header_alg', { alg: undefined }],
    ['alg', { alg: 'HS256' }],
    ['alg', { alg: 'ES384' }],
    ['alg', { alg: 'es256' }],
    ['alg', { alg: 'EdDSA' }],
    ['alg', { alg: 'RS256', jwk: jwkOf(rsa.publicKey) }],
    ['alg', { jwk: jwkOf(rsa.publicKey) }],
    ['header_crit', { crit: ['exp'] }],
    ['header_b64', { b64: false }],
    ['jwk_object', { jwk: undefined }],
    ['jwk_object', { jwk: 'key' }],
    ['jwk_object', { jwk: [jwk] }],
    ['jwk_private', { jwk: jwkOf(es256.privateKey) }],
    ['jwk_private', { jwk: { ...jwk, d: null } }],
    ['jwk_kty', { jwk: { kty: 'oct', x: 'AA' } }],
    ['jwk_private', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['jwk_crv', { jwk: { ...jwk, crv: 'P-384' } }],
    ['jwk_x', { jwk: { ...jwk, x: `${jwk.x}=` } }],
    ['jwk_y', { jwk: { ...jwk, y: undefined } }],
  ])('is refused for its %s: %j', (reason, change) => {
    expect(outcomeOf({ ...HEADER, ...change })).toBe(reason)
  })

  // A typ is a media type: RFC 7515 §5.3 exempts it from comparison to the letter, §4.1.9 lets `application/` be left out.
  it.each(['dpop+jwt', 'DPoP+JWT', 'application/dpop+jwt'])('may write its type %s', (typ) => {
    expect(outcomeOf({ ...HEADER, typ })).toBe('accepted')
  })

  it('may say more, and so may its key', () => {
    const more = {
      ...HEADER,
      kid: '1',
      jku: 'https://evil.example',
      jwk: { ...jwk, kid: '1', use: 'sig', alg: 'ES256' },
    }
    expect(outcomeOf(more)).toBe('accepted')
  })

  it('is held to the algorithms of the policy', () => {
    expect(outcomeOf(HEADER, ['EdDSA'])).toBe('alg')
    expect(outcomeOf(HEADER, ['ES256'])).toBe('accepted')
  })
})
