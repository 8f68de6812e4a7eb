import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIssuer, describeGrant } from '../testing/issuer.test-fixture.ts'
import { createTokenReader, trust } from '../testing/token-reader.test-fixture.ts'

const issuer = await createIssuer()
const read = createTokenReader([trust(issuer)])
const refused = (reason: string) => ({ ok: false, rejection: { code: 'invalid_token', reason } })

describe('RFC 9068 §2.2: the claims', () => {
  it.each([
    ['sub', 'sub'],
    ['client_id', 'client_id'],
    ['exp', 'time'],
    ['aud', 'aud'],
  ])('%s must be there', async (claim, reason) => {
    expect(await read(await issuer.sign({ [claim]: undefined }))).toEqual(refused(reason))
  })

  it.each([
    ['sub', 7, 'sub'],
    ['sub', '', 'sub'],
    ['sub', ['user-1'], 'sub'],
    ['client_id', null, 'client_id'],
    ['client_id', '', 'client_id'],
    ['client_id', {}, 'client_id'],
    ['exp', '1800000300', 'time'],
    ['exp', null, 'time'],
    ['nbf', '0', 'time'],
    ['nbf', null, 'time'],
    ['iat', '1800000000', 'time'],
    ['iat', null, 'time'],
    ['jti', 7, 'jti'],
    ['jti', null, 'jti'],
    ['grant_id', ['grant'], 'grant_id'],
    ['aud', 7, 'aud'],
    ['aud', null, 'aud'],
    ['aud', {}, 'aud'],
    ['aud', [], 'aud'],
    ['aud', ['https://notes.example/mcp', 7], 'aud'],
    ['scope', ['notes:read'], 'scope'],
    ['scope', '', 'scope'],
    ['scope', 'notes:read  notes:write', 'scope'],
    ['scope', 'notes:"read"', 'scope'],
    ['scope', null, 'scope'],
  ])('%s may not be %j', async (claim, value, reason) => {
    expect(await read(await issuer.sign({ [claim]: value }))).toEqual(refused(reason))
  })

  it('scope may be left out: the token then carries none', async () => {
    expect(await read(await issuer.sign({ scope: undefined }))).toMatchObject({
      ok: true,
      value: { scopes: new Set() },
    })
  })

  it('whatever they are, reading them never throws and never yields a caller without a name', async () => {
    const claim = fc.constantFrom(
      'iss',
      'aud',
      'sub',
      'client_id',
      'exp',
      'nbf',
      'iat',
      'jti',
      'grant_id',
      'scope',
      'cnf',
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(claim, fc.jsonValue()), async (claims) => {
        const answer = await read(await issuer.sign(claims))
        if (!answer.ok) return answer.rejection.code === 'invalid_token'
        const { subject, clientId, expires } = answer.value
        return subject !== '' && clientId !== '' && Number.isFinite(expires)
      }),
      { numRuns: 200 },
    )
  })
})

describe('RFC 8707 §2: several audiences', () => {
  const aud = ['https://notes.example/mcp', 'https://other.example']
  const bound = { aud, cnf: { jkt: 'key' } }
  const lenient = createTokenReader([trust(issuer, { acceptSeveralAudiences: true })])

  it('are refused, even a list of one', async () => {
    expect(await read(await issuer.sign(bound))).toEqual(refused('audience'))
    expect(await read(await issuer.sign({ ...bound, aud: aud.slice(0, 1) }))).toEqual(refused('audience'))
  })

  it('are accepted of an issuer for which the operator said so', async () => {
    expect(await lenient(await issuer.sign(bound))).toMatchObject({ ok: true, value: { audience: aud } })
  })

  it('are refused also then when the token is bound to no key', async () => {
    expect(await lenient(await issuer.sign({ aud }))).toEqual(refused('audience'))
  })
})

describe('RFC 9449 §6.1: the confirmation', () => {
  it.each<{ cnf: unknown }>([
    { cnf: { 'x5t#S256': 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0' } },
    { cnf: { jkt: 7 } },
    { cnf: { jkt: '' } },
    { cnf: { jkt: null } },
    { cnf: {} },
    { cnf: [] },
    { cnf: ['jkt'] },
    { cnf: 'jkt' },
    { cnf: null },
    { cnf: 1 },
    { cnf: { jwk: {} } },
  ])('%j is not understood, and does not become a bearer token', async ({ cnf }) => {
    expect(await read(await issuer.sign({ cnf }))).toEqual(refused('cnf'))
  })

  it('that is inherited is none', async () => {
    const cnf = '"cnf":{"__proto__":{"jkt":"key"}}'
    const payload = `${JSON.stringify(describeGrant()).slice(0, -1)},${cnf}}`
    expect(await read(await issuer.signText(payload))).toEqual(refused('cnf'))
  })
})

describe('RFC 7515 §2: one token has one text', () => {
  it('padding, blanks, the other alphabet and stray bits are refused, also when the signature fits', async () => {
    const text = await issuer.sign()
    const [header = '', payload = '', signature = ''] = text.split('.')
    // 64 octets are 86 characters, of which the last carries 2 bits and 4 that decoders ignore.
    const last = signature.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const stray = signature.slice(0, -1) + alphabet[alphabet.indexOf(last) + 1]
    expect(Buffer.from(stray, 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
    expect(await read(text)).toMatchObject({ ok: true })
    const others = [`${text}==`, `${text} `, ` ${text}`, `${text}\n`, `${header}=.${payload}.${signature}`, `${text}.`]
    for (const other of [
      ...others,
      `${text}.${signature}`,
      `${header}.${payload}`,
      [header, payload, stray].join('.'),
    ]) {
      expect(await read(other), other).toMatchObject({ ok: false, rejection: { code: 'invalid_token' } })
    }
  })

  it('members that are there twice are refused, in claims and in header', async () => {
    const claims = JSON.stringify(describeGrant())
    const twice = claims.replace('{', '{"sub":"user-2",')
    const escaped = claims.replace('{', '{"s\\u0075b":"user-2",')
    expect(await read(await issuer.signText(twice))).toEqual(refused('json_duplicate_member'))
    expect(await read(await issuer.signText(escaped))).toEqual(refused('json_duplicate_member'))
    const [, payload, signature] = (await issuer.sign()).split('.')
    const header = Buffer.from('{"alg":"Ed25519","typ":"at+jwt","kid":"key-1","alg":"Ed25519"}').toString('base64url')
    expect(await read([header, payload, signature].join('.'))).toEqual(refused('json_duplicate_member'))
  })

  it('claims that are no object, and a crit header, are refused', async () => {
    expect(await read(await issuer.signText('["iss"]'))).toEqual(refused('object'))
    expect(await read(await issuer.signText('"iss"'))).toEqual(refused('object'))
    const [, payload, signature] = (await issuer.sign()).split('.')
    const header = Buffer.from('{"alg":"Ed25519","typ":"at+jwt","crit":["x"],"x":1}').toString('base64url')
    expect(await read([header, payload, signature].join('.'))).toEqual(refused('crit'))
  })

  it('a token beyond the limit is refused before it is decoded', async () => {
    const long = await issuer.sign({ filler: 'x'.repeat(8192) })
    expect(await read(long)).toEqual(refused('length'))
  })
})
