import { decodeJwt, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../configuration-error.ts'
import { start } from '../../testing/issuer.test-fixture.ts'
import type { IntrospectionTrust } from '../issuer-trust.ts'
import { createClientAuthentication } from './client-authentication.ts'

const issuer = 'https://auth.example'
const authenticate = (trust: Omit<IntrospectionTrust, 'clientId'>, clientId = 'notes') =>
  createClientAuthentication(issuer, { clientId, ...trust }, () => start + 0.5)

async function createKey(alg: string, kid?: string) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const privateJwk: JWK = { ...(await exportJWK(privateKey)), ...(kid === undefined ? {} : { kid }) }
  return { publicKey, privateJwk: privateJwk as JsonWebKey }
}

describe('RFC 7523 §3: private_key_jwt', () => {
  it.each([
    ['ES256', 'ES256'],
    ['Ed25519', 'EdDSA'],
    ['RS256', 'RS256'],
  ])('signs with %s as %s: for the issuer alone, for a minute', async (kind, alg) => {
    const { publicKey, privateJwk } = await createKey(kind, 'key-1')
    const { fields, headers } = await authenticate({ privateJwk })()
    expect(headers).toEqual({})
    expect(fields).toMatchObject({
      client_id: 'notes',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const { payload, protectedHeader } = await jwtVerify(fields.client_assertion ?? '', publicKey, {
      currentDate: new Date(start * 1000),
    })
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: 'key-1' })
    expect(payload).toEqual({
      iss: 'notes',
      sub: 'notes',
      aud: issuer,
      iat: start,
      exp: start + 60,
      jti: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  it('makes a new assertion for every request', async () => {
    const { privateJwk } = await createKey('ES256')
    const next = authenticate({ privateJwk })
    const ids = await Promise.all(Array.from({ length: 10 }, async () => (await next()).fields.client_assertion))
    expect(new Set(ids.map((assertion) => decodeJwt(assertion ?? '').jti)).size).toBe(10)
  })
})

describe('RFC 6749 §2.3.1: client_secret_basic', () => {
  it('encodes id and secret as in a form before they are joined', async () => {
    const { fields, headers } = await authenticate({ clientSecret: 'é:% +&' }, 'a:b c')()
    expect(fields).toEqual({})
    const basic = headers.authorization?.replace('Basic ', '') ?? ''
    expect(atob(basic)).toBe('a%3Ab+c:%C3%A9%3A%25+%2B%26')
  })
})

describe('an operator is told of credentials that are none', async () => {
  const { privateJwk } = await createKey('ES256')
  const { d: _, ...publicJwk } = privateJwk
  it.each<[string, Omit<IntrospectionTrust, 'clientId'>, string]>([
    ['neither key nor secret', {}, 'either'],
    ['both', { privateJwk, clientSecret: 'secret' }, 'either'],
    ['a public key', { privateJwk: publicJwk }, "'d'"],
    ['a shared key', { privateJwk: { kty: 'oct', k: 'AAAA' } }, 'P-256'],
    ['a key of another curve', { privateJwk: { ...privateJwk, crv: 'P-384' } }, 'P-256'],
    ['a key for another algorithm', { privateJwk: { ...privateJwk, alg: 'HS256' } }, 'P-256'],
  ])('%s', (_name, trust, named) => {
    expect(() => authenticate(trust)).toThrow(ConfigurationError)
    expect(() => authenticate(trust)).toThrow(named)
  })
})
