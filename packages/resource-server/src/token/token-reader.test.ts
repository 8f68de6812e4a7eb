import { describe, expect, it } from 'vitest'
import { createIssuer, describeGrant, type Members, start } from '../testing/issuer.test-fixture.ts'
import { type Asked, useServedIssuer } from '../testing/served-issuer.test-fixture.ts'
import { createTokenReader } from '../testing/token-reader.test-fixture.ts'
import type { IssuerTrust } from './issuer-trust.ts'

const { origin, answers, asked } = useServedIssuer()
const issuer = await createIssuer()
const other = await createIssuer({ issuer: 'https://other.example' })
const refused = (reason: string) => ({ ok: false, rejection: { code: 'invalid_token', reason } })

/** Trusts the issuer, and asks it at `/{name}` of this machine. */
function askable(
  { issuer: name, publicJwk }: typeof issuer,
  path: string,
  overrides: Partial<IssuerTrust> = {},
): IssuerTrust {
  const introspection = { endpoint: `${origin()}/${path}`, clientId: 'notes', clientSecret: 'secret' }
  return { issuer: name, jwks: { keys: [publicJwk] }, introspection, ...overrides }
}
const createReader = (...trusts: readonly IssuerTrust[]) => createTokenReader(trusts, { fetch })
const active = (members: Members = {}) => ({ active: true, token_type: 'Bearer', ...describeGrant(), ...members })
const askedAbout = () => asked.map(({ url, fields }: Asked) => `${url} ${fields.get('token')}`)

describe('RFC 6750 §2.1: which tokens an issuer is asked about', () => {
  it.each(['opaque', 'a.b', 'a.b.c.d.e', 'v2.local.AAAA', 'x_-~+/.=', 'AAAA=='])('opaque ones: %s', async (text) => {
    answers.set('/ask', active())
    const answer = await createReader(askable(issuer, 'ask'))(text)
    expect(answer).toMatchObject({ ok: true, value: { source: 'introspection', subject: 'user-1' } })
    expect(askedAbout()).toEqual([`/ask ${text}`])
  })

  it.each(['', ' ', 'a b', 'a=b', 'a,b', 'é', 'a\tb', 'a"b', '=', 'x'.repeat(8193)])(
    'not what no token can be: %j',
    async (text) => {
      answers.set('/ask', active())
      expect(await createReader(askable(issuer, 'ask'))(text)).toMatchObject({
        ok: false,
        rejection: { code: 'invalid_token' },
      })
      expect(asked).toEqual([])
    },
  )

  it('not JWTs: those are verified here, and one that fails is no opaque token', async () => {
    answers.set('/ask', active())
    const read = createReader(askable(issuer, 'ask'))
    const token = await issuer.sign()
    const [header = '', payload = '', signature = ''] = token.split('.')
    expect(await read(token)).toMatchObject({ ok: true, value: { source: 'jwt' } })
    const broken = [
      `${token}=`,
      `${token}==`,
      `${header}=.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature}+`,
      `${header}.${payload.slice(1)}.${signature}`,
      await issuer.signText('{"iss":"https://auth.example","iss":"https://auth.example"}'),
      await issuer.sign({ iss: 'https://stranger.example' }),
      await issuer.sign({ iss: undefined }),
      await issuer.sign({}, { typ: 'JWT' }),
      `${Buffer.from('{ "alg": "none" }').toString('base64url')}.${payload}.`,
      `${Buffer.from('{\n"alg": "none" }').toString('base64url')}.${payload}.x`,
    ]
    for (const text of broken) expect(await read(text)).toMatchObject({ rejection: { code: 'invalid_token' } })
    expect(asked).toEqual([])
  })

  it('JWTs too, where the operator wants that: the issuer they name, and no other', async () => {
    answers.set('/ask', active())
    answers.set('/other', { active: false })
    const read = createReader(askable(other, 'other'), askable(issuer, 'ask', { tokens: 'introspect' }))
    const token = await issuer.sign()
    expect(await read(token)).toMatchObject({ ok: true, value: { source: 'introspection', issuer: issuer.issuer } })
    expect(await read(token)).toMatchObject({ ok: true })
    expect(askedAbout()).toEqual([`/ask ${token}`])
    const forged = `${token.slice(0, -20)}AAAAAAAAAAAAAAAAAAAA`
    answers.set('/ask', { active: false })
    expect(await read(forged)).toEqual(refused('inactive'))
  })

  it('none, where the issuer is asked only about what names it', async () => {
    const trust = askable(issuer, 'ask')
    const introspection = { ...trust.introspection, clientId: 'notes', opaque: false }
    expect(await createReader({ ...trust, introspection })('opaque')).toEqual(refused('compact'))
    expect(asked).toEqual([])
  })
})

describe('several issuers that know opaque tokens', () => {
  const both = () => [askable(issuer, 'first'), askable(other, 'second')]

  it('are asked in the order of the configuration, until one knows the token; then that one alone', async () => {
    answers.set('/first', { active: false })
    answers.set('/second', active({ iss: other.issuer }))
    const read = createReader(...both())
    expect(await read('opaque')).toMatchObject({ ok: true, value: { issuer: other.issuer } })
    await read('opaque')
    expect(askedAbout()).toEqual(['/first opaque', '/second opaque'])
  })

  it('cannot speak for one another', async () => {
    answers.set('/first', active({ iss: other.issuer }))
    answers.set('/second', active({ iss: other.issuer }))
    expect(await createReader(...both())('opaque')).toEqual(refused('issuer'))
    expect(askedAbout()).toEqual(['/first opaque'])
  })

  it('leave open whether a token is good while one that may know it cannot be asked', async () => {
    answers.set('/second', { active: false })
    expect(await createReader(...both())('opaque')).toMatchObject({
      rejection: { code: 'introspection_unavailable', reason: 'status_404' },
    })
    answers.set('/second', active({ iss: other.issuer }))
    expect(await createReader(...both())('opaque')).toMatchObject({ ok: true })
    answers.set('/first', { active: false })
    answers.set('/second', { active: false })
    expect(await createReader(...both())('opaque')).toEqual(refused('inactive'))
  })
})

describe('RFC 7662 §4: an answer that is kept', () => {
  it('is not the answer about another token', async () => {
    answers.set('/ask', (response, { fields }) => {
      response.end(JSON.stringify(fields.get('token') === 'good' ? active() : { active: false }))
    })
    const read = createReader(askable(issuer, 'ask'))
    expect(await read('good')).toMatchObject({ ok: true })
    for (const text of ['good.', 'goo', 'Good', 'good=']) expect(await read(text)).toEqual(refused('inactive'))
    expect(await read('good')).toMatchObject({ ok: true, value: { expires: start + 300 } })
  })
})
