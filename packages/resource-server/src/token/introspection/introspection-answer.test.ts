import type { JsonObject } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../../tests/requirements/verifies.ts'
import { describeGrant, type Members, start } from '../../testing/issuer.test-fixture.ts'
import { type AnswerRules, readIntrospectionAnswer } from './introspection-answer.ts'

const rules: AnswerRules = {
  issuer: 'https://auth.example',
  clientIdClaim: 'client_id',
  scopeClaim: 'scope',
  acceptSeveralAudiences: false,
  acceptMissingAudience: false,
  acceptMissingTokenType: false,
  acceptAgentClaim: true,
  expandScopes: (scopes) => new Set(scopes),
}
const refused = (reason: string) => ({ ok: false, rejection: { code: 'invalid_token', reason } })

/** A good answer, but for what is overridden; `undefined` leaves a member out. */
function answer(overrides: Members = {}): JsonObject {
  const members = { active: true, token_type: 'Bearer', ...describeGrant(), ...overrides }
  return JSON.parse(JSON.stringify(members)) as JsonObject
}
const read = (overrides: Members = {}, differing: Partial<AnswerRules> = {}) =>
  readIntrospectionAnswer(answer(overrides), { ...rules, ...differing })

describe('RFC 7662 §2.2: an introspection answer', () => {
  it('is an access token when it says all that a JWT would', () => {
    expect(read({ token_type: 'DPoP', cnf: { jkt: 'key' }, grant_id: 'grant', nbf: 5 })).toEqual({
      ok: true,
      value: {
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
        grantId: 'grant',
        jkt: 'key',
      },
    })
  })

  it(`${verifies('RFC7662-2.2-2')} that says inactive is believed whatever else it says`, () => {
    expect(read({ active: false })).toEqual(refused('inactive'))
    expect(readIntrospectionAnswer({ active: false }, rules)).toEqual(refused('inactive'))
  })

  it.each<{ active: unknown }>([
    { active: 'true' },
    { active: 1 },
    { active: null },
    { active: [true] },
    { active: {} },
    { active: undefined },
  ])('that does not say whether the token is active is no answer: %j', (members) => {
    expect(() => read(members)).toThrow(expect.objectContaining({ name: 'FetchFailed', reason: 'active' }))
  })

  it.each<[Members, string]>([
    [{ iss: 'https://auth.example/' }, 'issuer'],
    [{ iss: 'https://other.example' }, 'issuer'],
    [{ iss: ['https://auth.example'] }, 'issuer'],
    [{ iss: null }, 'issuer'],
    [{ aud: undefined }, 'aud'],
    [{ aud: null }, 'aud'],
    [{ aud: 7 }, 'aud'],
    [{ aud: {} }, 'aud'],
    [{ aud: [] }, 'aud'],
    [{ aud: ['https://notes.example/mcp', 7] }, 'aud'],
    [{ aud: ['https://notes.example/mcp'] }, 'audience'],
    [{ exp: undefined }, 'time'],
    [{ exp: '1800000300' }, 'time'],
    [{ exp: null }, 'time'],
    [{ nbf: '0' }, 'time'],
    [{ iat: {} }, 'time'],
    [{ client_id: undefined }, 'client_id'],
    [{ client_id: ['agent-1'] }, 'client_id'],
    [{ client_id: '' }, 'client_id'],
    [{ sub: 7 }, 'sub'],
    [{ sub: '' }, 'sub'],
    [{ sub: null }, 'sub'],
    [{ scope: ['notes:read'] }, 'scope'],
    [{ scope: 'notes:read  notes:write' }, 'scope'],
    [{ cnf: null }, 'cnf'],
    [{ cnf: {} }, 'cnf'],
    [{ cnf: [] }, 'cnf'],
    [{ cnf: { jkt: 7 } }, 'cnf'],
    [{ cnf: { 'x5t#S256': 'certificate' } }, 'cnf'],
    [{ token_type: 'DPoP' }, 'cnf'],
    [{ jti: 7 }, 'jti'],
    [{ grant_id: 7 }, 'grant_id'],
  ])('with %j is refused', (members, reason) => {
    expect(read(members)).toEqual(refused(reason))
  })

  it('need not name the issuer: it was asked at its own endpoint', () => {
    expect(read({ iss: undefined })).toMatchObject({ ok: true, value: { issuer: 'https://auth.example' } })
  })

  it('without a user means the client itself (RFC 9068 §2.2)', () => {
    expect(read({ sub: undefined })).toMatchObject({ ok: true, value: { subject: 'agent-1', clientId: 'agent-1' } })
  })

  it('binds the token whenever it names a key, whatever type it says', () => {
    expect(read({ cnf: { jkt: 'key' } })).toMatchObject({ ok: true, value: { jkt: 'key' } })
  })
})

describe('RFC 7662 §2.2: what kind of token it is about', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('%s is an access token', (token_type) => {
    expect(read({ token_type })).toMatchObject({ ok: true })
  })

  it('may be told as typ instead', () => {
    expect(read({ token_type: undefined, typ: 'Bearer' })).toMatchObject({ ok: true })
    expect(read({ token_type: undefined, typ: 'DPoP', cnf: { jkt: 'key' } })).toMatchObject({ ok: true })
    expect(read({ token_type: undefined, typ: 'DPoP' })).toEqual(refused('cnf'))
    expect(read({ token_type: undefined, typ: 'Refresh' }, { acceptMissingTokenType: true })).toEqual(
      refused('token_type'),
    )
  })

  it.each([
    { token_type: undefined },
    { token_type: undefined, typ: 'Refresh' },
    { token_type: undefined, typ: 'Offline' },
    { token_type: undefined, typ: 'ID' },
    { token_type: 'Refresh' },
    { token_type: 'N_A' },
    { token_type: 'refresh_token' },
    { token_type: '' },
    { token_type: null },
    { token_type: ['Bearer'] },
    { token_use: 'refresh_token' },
    { token_use: 'id' },
    { token_use: 7 },
  ])('%j may be a refresh token: those are for the issuer alone', (members) => {
    expect(read(members)).toEqual(refused('token_type'))
  })

  it('may be left open by issuers for which the operator said so', () => {
    const lenient = { acceptMissingTokenType: true }
    expect(read({ token_type: undefined }, lenient)).toMatchObject({ ok: true })
    expect(read({ token_type: undefined, token_use: 'refresh_token' }, lenient)).toEqual(refused('token_type'))
    expect(read({ token_type: 'Refresh' }, lenient)).toEqual(refused('token_type'))
  })
})

describe('an issuer that writes its claims in its own way', () => {
  it('says nothing of an audience: that is taken only where the operator said so', () => {
    const lenient = { acceptMissingAudience: true }
    expect(read({ aud: undefined }, lenient)).toMatchObject({ ok: true, value: { audience: [] } })
    expect(read({ aud: null }, lenient)).toEqual(refused('aud'))
    expect(read({ aud: [] }, lenient)).toEqual(refused('aud'))
    expect(read({ aud: 'https://other.example' }, lenient)).toMatchObject({
      ok: true,
      value: { audience: ['https://other.example'] },
    })
  })

  it('names client and scopes elsewhere', () => {
    const differing = { clientIdClaim: 'azp', scopeClaim: 'scp' }
    const members = { client_id: undefined, azp: 'agent-2', scope: undefined, scp: ['notes:read', 'notes:write'] }
    expect(read(members, differing)).toMatchObject({
      ok: true,
      value: { clientId: 'agent-2', scopes: new Set(['notes:read', 'notes:write']) },
    })
    expect(read({ ...members, scp: [] }, differing)).toMatchObject({ ok: true, value: { scopes: new Set() } })
    expect(read({ ...members, scp: ['notes:read notes:delete'] }, differing)).toEqual(refused('scope'))
    expect(read({ ...members, scp: [7] }, differing)).toEqual(refused('scope'))
    expect(read({ ...members, azp: undefined }, differing)).toEqual(refused('client_id'))
  })

  it('names them by what every object has: then they are missing', () => {
    expect(read({ client_id: undefined }, { clientIdClaim: 'constructor' })).toEqual(refused('client_id'))
  })
})

describe('whatever an answer says', () => {
  const member = fc.constantFrom(...Object.keys(answer({ cnf: {}, nbf: 0, grant_id: '', token_use: '' })), '__proto__')

  it('reading it yields a caller with a name, a key or none, and an end; or a refusal', () => {
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), (members) => {
        const read = readIntrospectionAnswer({ ...answer(), ...(members as JsonObject), active: true }, rules)
        if (!read.ok) return read.rejection.code === 'invalid_token'
        const { subject, clientId, expires, jkt, audience } = read.value
        const isNamed = typeof subject === 'string' && subject !== '' && typeof clientId === 'string' && clientId !== ''
        return isNamed && Number.isFinite(expires) && jkt !== '' && audience.every((one) => typeof one === 'string')
      }),
      { numRuns: 2000 },
    )
  })

  it('no other value than true makes a token active', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (active) => {
        fc.pre(active !== true)
        try {
          return !readIntrospectionAnswer({ ...answer(), active: active as JsonObject }, rules).ok
        } catch (error) {
          return error instanceof Error && error.name === 'FetchFailed'
        }
      }),
      { numRuns: 500 },
    )
  })
})
