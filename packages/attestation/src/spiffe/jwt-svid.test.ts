import { refuse } from '@countersign/core'
import fc from 'fast-check'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { createPublishedKeys } from '../keys/published-keys.ts'
import { NOW } from '../testing/attestation.test-fixture.ts'
import { verifier } from '../testing/key-server.test-fixture.ts'
import { type JwtSvidResult, verifyJwtSvid } from './jwt-svid.ts'

const AUDIENCE = 'https://auth.example'
const DOMAIN = 'example.org'
const CLAIMS = { sub: 'spiffe://example.org/ns/prod/agent', aud: AUDIENCE, exp: NOW + 300, iat: NOW }
const utf8 = new TextEncoder()

async function makePair(alg: string, options: object = {}) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...options })
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid: alg } }
}
const [es256, ed25519, rs256, ps256, weak] = await Promise.all([
  makePair('ES256'),
  makePair('Ed25519'),
  makePair('RS256'),
  makePair('PS256'),
  makePair('ES384'),
])
const jwks = [es256, ed25519, rs256, ps256, weak].map(({ jwk: { kty = '', ...rest } }) => ({ kty, ...rest }))
const keys = createPublishedKeys(verifier, JSON.parse(JSON.stringify(jwks)), () => true)
if (keys === undefined) throw new Error('there must be keys')

type Members = Record<string, unknown>

/** Any claims under any header; a member that is `undefined` is left out. */
function forge(claims: Members = {}, header: Members = {}, pair = es256): Promise<string> {
  const { alg = pair.alg, ...rest } = { kid: pair.jwk.kid, typ: 'JWT', ...header }
  const payload = utf8.encode(JSON.stringify({ ...CLAIMS, ...claims }))
  const plain = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return new CompactSign(payload).setProtectedHeader({ ...plain, alg: String(alg) }).sign(pair.privateKey)
}

const verify = (text: string, changes: object = {}): Promise<JwtSvidResult> =>
  verifyJwtSvid(text, { trustDomain: DOMAIN, keys, audience: AUDIENCE, verifier, clock: () => NOW, ...changes })
const outcome = async (text: string, changes: object = {}): Promise<string> => {
  const result = await verify(text, changes)
  return result.ok ? 'accepted' : result.reason
}

describe('a JWT-SVID', () => {
  it('says which workload speaks, and until when', async () => {
    expect(await verify(await forge())).toEqual({ ok: true, value: { spiffeId: CLAIMS.sub, expires: CLAIMS.exp } })
  })

  it.each([
    ['ES256', es256, {}, 'accepted'],
    ['Ed25519', ed25519, {}, 'accepted'],
    ['EdDSA, the older name', ed25519, { alg: 'EdDSA' }, 'accepted'],
    ['RS256', rs256, {}, 'accepted'],
    ['PS256, which is not taken here', ps256, {}, 'alg'],
    ['ES384, which is not taken here', weak, {}, 'alg'],
    ['another key than its name says', es256, { kid: 'Ed25519' }, 'key_algorithm'],
    ['a key that nobody published', es256, { kid: 'other' }, 'unknown_key'],
  ])('may be signed with %s', async (_what, pair, header, expected) => {
    const alg = 'alg' in header && header.alg === 'EdDSA' ? 'EdDSA' : pair.alg
    expect(await outcome(await forge({}, { ...header, alg }, pair))).toBe(expected)
  })

  it('signed by somebody else is refused', async () => {
    expect(await outcome(await forge({}, {}, await makePair('ES256')))).toBe('signature')
  })

  it.each([
    ['JWT', 'accepted'],
    ['JOSE', 'accepted'],
    [undefined, 'accepted'],
    ['jwt', 'typ'],
    ['at+jwt', 'typ'],
    ['oauth-client-attestation+jwt', 'typ'],
    ['', 'typ'],
  ])('of the type %j is %s', async (typ, expected) => {
    expect(await outcome(await forge({}, { typ }))).toBe(expected)
  })

  it.each([
    ['another audience', { aud: 'https://other.example' }, 'aud'],
    ['ours among others', { aud: [AUDIENCE, 'https://other.example'] }, 'aud'],
    ['ours twice', { aud: [AUDIENCE, AUDIENCE] }, 'aud'],
    ['ours with a slash', { aud: `${AUDIENCE}/` }, 'aud'],
    ['no audience', { aud: undefined }, 'aud'],
    ['an empty list of them', { aud: [] }, 'aud'],
    ['ours in a list', { aud: [AUDIENCE] }, 'accepted'],
    ['no end', { exp: undefined }, 'exp'],
    ['an end that is no number', { exp: '1800000300' }, 'exp'],
    ['an end within the tolerance', { exp: NOW - 29 }, 'accepted'],
    ['an end before it', { exp: NOW - 30 }, 'expired'],
    ['a beginning within the tolerance', { nbf: NOW + 30 }, 'accepted'],
    ['a beginning after it', { nbf: NOW + 31 }, 'not_yet'],
    ['an issue date of tomorrow', { iat: NOW + 86_400 }, 'not_yet'],
    ['an issue date that is no number', { iat: 'now' }, 'iat'],
    ['no workload', { sub: undefined }, 'sub'],
    ['a trust domain as workload', { sub: 'spiffe://example.org' }, 'sub'],
    ['a workload of another trust domain', { sub: 'spiffe://example.com/agent' }, 'trust_domain'],
    ['a look-alike domain', { sub: 'spiffe://example.org.evil.example/agent' }, 'trust_domain'],
    ['a domain in capitals', { sub: 'spiffe://EXAMPLE.org/agent' }, 'sub'],
    ['a path that climbs', { sub: 'spiffe://example.org/../agent' }, 'sub'],
    ['another scheme', { sub: 'https://example.org/agent' }, 'sub'],
  ])('with %s is judged by it', async (_what, claims, expected) => {
    expect(await outcome(await forge(claims))).toBe(expected)
  })

  it('with its own key in the header is refused', async () => {
    expect(await outcome(await forge({}, { jwk: es256.jwk }))).toBe('embedded_key')
    expect(await outcome(await forge({}, { jku: 'https://evil.example' }))).toBe('embedded_key')
    expect(await outcome(await forge({}, { kid: '' }))).toBe('kid')
  })

  it('that nobody can judge right now is not called wrong', async () => {
    const away = { find: async () => refuse('keys_unavailable', 'timeout') }
    expect(await outcome(await forge(), { keys: away })).toBe('keys_unavailable')
  })

  it('is refused with anything changed, and nothing makes it throw', async () => {
    const text = await forge()
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), async (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1)
        fc.pre(changed !== text)
        expect(await outcome(changed)).not.toBe('accepted')
      }),
      { numRuns: 500 },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('sub', 'aud', 'exp', 'nbf', 'iat'), fc.jsonValue(), async (member, value) => {
        expect(await outcome(await forge({ [member]: value }))).toMatch(/^[a-z_]+$/)
      }),
      { numRuns: 200 },
    )
  })
})
