import { createPortableVerifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { CompactSign, exportJWK, generateKeyPair, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { createIssuer, describeGrant, start } from '../testing/issuer.test-fixture.ts'
import { createTokenReader, trust } from '../testing/token-reader.test-fixture.ts'

const issuer = await createIssuer()
const read = createTokenReader([trust(issuer)])
const refused = (reason: string) => ({ ok: false, rejection: { code: 'invalid_token', reason } })

describe.each([
  { name: 'fast', verifier: createFastVerifier() },
  { name: 'portable', verifier: createPortableVerifier() },
])('RFC 9068 §4: an access token, read with the $name verifier', ({ verifier }) => {
  it.each(['Ed25519', 'EdDSA', 'ES256'] as const)('is accepted when signed with %s', async (algorithm) => {
    const other = await createIssuer({ algorithm })
    const answer = await createTokenReader([trust(other)], { verifier })(
      await other.sign({ cnf: { jkt: 'key' }, nbf: 5 }),
    )
    expect(answer).toEqual({
      ok: true,
      value: {
        source: 'jwt',
        issuer: 'https://auth.example',
        subject: 'user-1',
        clientId: 'agent-1',
        audience: ['https://notes.example/mcp'],
        severalAudiences: false,
        scopes: new Set(['notes:read']),
        expires: start + 300,
        notBefore: 5,
        issuedAt: start,
        tokenId: 'token-1',
        jkt: 'key',
        ath: expect.stringMatching(/^[\w-]{43}$/),
        revocationKeys: [],
      },
    })
  })

  it(`${verifies('RFC9068-4-3')} is refused when a bit of its signature is changed`, async () => {
    const [header, payload, signature = ''] = (await issuer.sign()).split('.')
    const bytes = Buffer.from(signature, 'base64url')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    const text = [header, payload, bytes.toString('base64url')].join('.')
    expect(await createTokenReader([trust(issuer)], { verifier })(text)).toEqual(refused('signature'))
  })

  it('is refused when its claims are changed and the signature kept', async () => {
    const [header, , signature] = (await issuer.sign()).split('.')
    const payload = Buffer.from(JSON.stringify(describeGrant({ scope: 'notes:delete' }))).toString('base64url')
    const text = [header, payload, signature].join('.')
    expect(await createTokenReader([trust(issuer)], { verifier })(text)).toEqual(refused('signature'))
  })

  it('is refused when signed by a stranger under the kid of the issuer', async () => {
    const stranger = await createIssuer()
    expect(await createTokenReader([trust(issuer)], { verifier })(await stranger.sign())).toEqual(refused('signature'))
  })
})

describe('RFC 9068 §4: the issuer', () => {
  it.each([
    'https://auth.example/',
    'https://AUTH.example',
    'https://auth.example:443',
    'http://auth.example',
    'https://auth.exarnple',
  ])(`${verifies('RFC9068-4-2')} is compared character by character: %s is a stranger`, async (iss) => {
    expect(await read(await issuer.sign({ iss }))).toEqual(refused('issuer'))
  })

  it.each<{ iss: unknown }>([
    { iss: undefined },
    { iss: null },
    { iss: 1 },
    { iss: ['https://auth.example'] },
    { iss: { toString: null } },
    { iss: { valueOf: 'https://auth.example' } },
  ])('must be text: %j is refused', async ({ iss }) => {
    expect(await read(await issuer.sign({ iss }))).toEqual(refused('issuer'))
  })

  it('signs with its own keys only, whatever other issuer is trusted too', async () => {
    const other = await createIssuer({ issuer: 'https://other.example', kid: 'key-2' })
    const readBoth = createTokenReader([trust(issuer), trust(other)])
    expect(await readBoth(await other.sign())).toMatchObject({ ok: true, value: { issuer: 'https://other.example' } })
    expect(await readBoth(await other.sign({ iss: issuer.issuer }))).toEqual(refused('unknown_key'))
  })
})

describe('RFC 7515 §4.1.1: the algorithm', () => {
  it('must be one that the operator accepts of this issuer', async () => {
    const es256 = await createIssuer({ algorithm: 'ES256' })
    const reader = createTokenReader([trust(es256, { algorithms: ['Ed25519'] })])
    expect(await reader(await es256.sign())).toEqual(refused('algorithm'))
  })

  it('RS256 has to be opted into', async () => {
    const rs256 = await createIssuer({ algorithm: 'RS256' })
    const text = await rs256.sign()
    expect(await createTokenReader([trust(rs256)])(text)).toEqual(refused('algorithm'))
    expect(await createTokenReader([trust(rs256, { algorithms: ['RS256'] })])(text)).toMatchObject({ ok: true })
  })

  it('none is never accepted', async () => {
    const unsecured = new UnsecuredJWT(describeGrant()).encode()
    expect(await read(unsecured)).toEqual(refused('compact'))
    expect(await read(`${unsecured}AA`)).toEqual(refused('alg'))
  })

  it('HS256 with the public key as its secret is refused', async () => {
    const secret = new TextEncoder().encode(issuer.publicJwk.x ?? '')
    const forged = await new CompactSign(new TextEncoder().encode(JSON.stringify(describeGrant())))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
      .sign(secret)
    expect(await read(forged)).toEqual(refused('algorithm'))
  })
})

describe('RFC 9068 §2.1: the typ', () => {
  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt'])('%s is accepted', async (typ) => {
    expect(await read(await issuer.sign({}, { typ }))).toMatchObject({ ok: true })
  })

  it.each([undefined, 'JWT', 'jwt', 'dpop+jwt', 'id+jwt', 'at+jwt ', 'application/jwt', 'text/at+jwt', ''])(
    `${verifies('RFC9068-4-1', 'RFC9068-2.1-1')} %j is refused`,
    async (typ) => {
      expect(await read(await issuer.sign({}, { typ }))).toEqual(refused('type'))
    },
  )

  it('must be text', async () => {
    const [, payload, signature] = (await issuer.sign()).split('.')
    for (const typ of [7, null, ['at+jwt'], {}]) {
      const header = { alg: 'Ed25519', kid: 'key-1', typ }
      const text = [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.')
      for (const acceptPlainJwt of [false, true]) {
        expect(await createTokenReader([trust(issuer, { acceptPlainJwt })])(text)).toEqual(refused('type'))
      }
    }
  })

  it('JWT or none is accepted of an issuer for which the operator said so, and nothing else is', async () => {
    const reader = createTokenReader([trust(issuer, { acceptPlainJwt: true })])
    for (const typ of ['JWT', 'jwt', 'at+jwt', undefined]) {
      expect(await reader(await issuer.sign({}, { typ }))).toMatchObject({ ok: true })
    }
    expect(await reader(await issuer.sign({}, { typ: 'dpop+jwt' }))).toEqual(refused('type'))
    expect(await reader(await issuer.sign({}, { typ: 'logout+jwt' }))).toEqual(refused('type'))
  })
})

describe('RFC 7515 §4.1: keys that a header brings along', () => {
  it('are ignored: the token is judged by the keys of the issuer, and nothing is fetched', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const embedded = { jwk, jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u', x5c: ['MIIB'] }
    const payload = new TextEncoder().encode(JSON.stringify(describeGrant()))
    const forged = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1', ...embedded })
      .sign(privateKey)
    expect(await read(forged)).toEqual(refused('unknown_key'))
    expect(await read(await issuer.sign({}, embedded))).toMatchObject({ ok: true })
  })
})
