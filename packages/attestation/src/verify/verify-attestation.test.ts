import { createPortableVerifier, type KeyRing, ok, refuse, type VerifyKey } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import {
  CLAIMS,
  CLIENT,
  EXPECTED,
  forge,
  HEADER,
  IDENTITY,
  ISSUER,
  instanceKey,
  issuerKey,
  LINE,
  METADATA,
  type Members,
  makeKey,
  NOW,
  outcomeOf,
  RESOURCE,
  setUp,
  strangersKey,
  unwrap,
} from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import { createTrustList } from '../trust/trust-list.ts'

const { attestations } = setUp()
const judge = async (text: string, expected = EXPECTED): Promise<string> =>
  outcomeOf(await attestations.verify(text, expected))

describe.each([
  ['fast', createFastVerifier()],
  ['portable', createPortableVerifier()],
] as const)('an attestation, verified with the %s verifier', (_, verifier) => {
  it('is accepted as its issuer made it, cold and seen again', async () => {
    const world = setUp({}, { verifier })
    const text = await forge({ iat: NOW - 3, exp: NOW + 200 })
    for (const _time of [1, 2]) {
      expect(unwrap(await world.attestations.verify(text, EXPECTED))).toEqual({
        issuer: ISSUER,
        level: 'provider',
        binding: 'key',
        agent: {
          identity: IDENTITY,
          integrity: CLAIMS.agent_integrity,
          metadata: METADATA,
          assurance: 'asserted',
        },
        subject: CLIENT,
        keyId: 'k1',
        keyThumbprint: issuerKey.thumbprint,
        jkt: instanceKey.thumbprint,
        expires: NOW + 200,
        skew: 3,
        shortId: CLAIMS.jti.slice(0, 8),
      })
    }
  })

  it.each(['Ed25519', 'ES256'] as const)('may be signed with %s', async (alg) => {
    const key = await makeKey(alg)
    const world = setUp({ keys: { keys: [{ ...key.jwk, kid: 'k1' }] } }, { verifier })
    expect(outcomeOf(await world.attestations.verify(await forge({}, {}, key), EXPECTED))).toBe('accepted')
  })

  it('may name its algorithm EdDSA (RFC 8037)', async () => {
    const world = setUp({}, { verifier })
    expect(outcomeOf(await world.attestations.verify(await forge({}, { alg: 'EdDSA' }), EXPECTED))).toBe('accepted')
  })
})

describe('the header of an attestation', () => {
  it.each<[string, Members, string]>([
    ['another type', { typ: 'JWT' }, 'typ'],
    ['no type', { typ: undefined }, 'typ'],
    ['the type of a proof', { typ: 'dpop+jwt' }, 'typ'],
    ['a key id that is no text', { kid: 7 }, 'kid'],
    ['an unknown key id', { kid: 'k2' }, 'unknown_key'],
    ['a key of its own (A4)', { jwk: strangersKey.jwk }, 'embedded_key'],
    ['a place to get keys from (A4)', { jku: 'https://evil.example/jwks.json' }, 'embedded_key'],
    ['a certificate chain (A4)', { x5c: ['MIIB'] }, 'embedded_key'],
  ])('with %s is refused', async (_, header, reason) => {
    expect(await judge(await forge({}, header))).toBe(`attestation_invalid ${reason}`)
  })

  it('may write its type as a media type in full, and leave out the id of an only key', async () => {
    expect(await judge(await forge({}, { typ: 'application/OAuth-Client-Attestation+JWT', kid: undefined }))).toBe(
      'accepted',
    )
  })

  it('that swaps the algorithm is refused (A4)', async () => {
    const [, payload, signature] = (await forge()).split('.')
    for (const [alg, reason] of [
      ['none', 'alg'],
      ['HS256', 'alg'],
      ['RS256', 'alg'],
      ['ES256', 'key_algorithm'],
    ]) {
      const header = Buffer.from(JSON.stringify({ ...HEADER, alg })).toString('base64url')
      expect(await judge(`${header}.${payload}.${signature}`)).toBe(`attestation_invalid ${reason}`)
    }
  })

  it('names an algorithm that this issuer may use', async () => {
    const world = setUp({ algorithms: ['ES256'] })
    expect(outcomeOf(await world.attestations.verify(await forge(), EXPECTED))).toBe('attestation_invalid alg')
  })
})

describe('the claims of an attestation', () => {
  it.each(['sub', 'iat', 'nbf', 'exp', 'jti', 'agent_identity', 'attestation_metadata', 'cnf'])(
    'are refused without %s',
    async (claim) => {
      expect(await judge(await forge({ [claim]: undefined }))).toBe(`attestation_invalid ${claim}`)
    },
  )

  it.each<[Members, string]>([
    [{ iss: undefined }, 'iss'],
    [{ iss: [ISSUER] }, 'iss'],
    [{ sub: '' }, 'sub'],
    [{ jti: '' }, 'jti'],
    [{ jti: 'j'.repeat(257) }, 'jti'],
    [{ jti: 7 }, 'jti'],
    [{ iat: String(NOW) }, 'iat'],
    [{ nbf: null }, 'nbf'],
    [{ exp: '1800000300' }, 'exp'],
    [{ exp: -1 }, 'exp'],
    [{ cnf: {} }, 'cnf'],
    [{ cnf: { jkt: instanceKey.thumbprint } }, 'cnf'],
    [{ cnf: { jwk: { ...instanceKey.jwk, d: 'AAAA' } } }, 'cnf'],
    [{ agent_identity: { ...IDENTITY, provider: undefined } }, 'agent_identity'],
    [{ agent_identity: { ...IDENTITY, model_family: ['claude'] } }, 'agent_identity'],
    [{ agent_integrity: { config_hash: 1 } }, 'agent_integrity'],
    [{ attestation_metadata: { ...METADATA, safety_level: 'STANDARD' } }, 'attestation_metadata'],
    [{ attestation_metadata: { ...METADATA, safety_level: 'constructor' } }, 'attestation_metadata'],
    [{ attestation_metadata: { ...METADATA, capabilities_declared: 'all' } }, 'attestation_metadata'],
    [{ assurance: 'certain' }, 'assurance'],
  ])('%j are refused', async (claims, reason) => {
    expect(await judge(await forge(claims))).toBe(`attestation_invalid ${reason}`)
  })

  it('that are not known are let pass', async () => {
    expect(await judge(await forge({ hello: 'world', agent_identity: { ...IDENTITY, more: 1 } }))).toBe('accepted')
  })

  it('that were changed after they were signed are refused (A4, A8)', async () => {
    const [header, , signature] = (await forge()).split('.')
    for (const changes of [
      { attestation_metadata: { ...METADATA, safety_level: 'enhanced' } },
      { aud: 'https://other.example' },
      { sub: 'another' },
      { agent_identity: { ...IDENTITY, provider: 'other' } },
      { cnf: { jwk: strangersKey.jwk } },
    ]) {
      const payload = Buffer.from(JSON.stringify({ ...CLAIMS, ...changes })).toString('base64url')
      expect(await judge(`${header}.${payload}.${signature}`)).toBe('attestation_invalid signature')
    }
  })

  it('whose signature was stripped are refused (A4)', async () => {
    const [header, payload] = (await forge()).split('.')
    expect(await judge(`${header}.${payload}.`)).toBe('attestation_invalid compact')
    expect(await judge(`${header}.${payload}`)).toBe('attestation_invalid compact')
  })

  it('under a stranger’s key are refused (A2)', async () => {
    expect(await judge(await forge({}, {}, strangersKey))).toBe('attestation_invalid signature')
  })
})

describe('whom an attestation is for', () => {
  it('is the client that the caller is', async () => {
    expect(await judge(await forge(), { ...EXPECTED, clientId: 'another' })).toBe('attestation_invalid client_id')
  })

  it('is the holder of the key that the proof was made with (A3)', async () => {
    const text = await forge()
    expect(await judge(text, { ...EXPECTED, proofThumbprint: strangersKey.thumbprint })).toBe(
      'attestation_key_mismatch other_key',
    )
    expect(await judge(text, { ...EXPECTED, proofThumbprint: 'none' })).toBe('attestation_key_mismatch no_proof')
  })

  it('is this server, to the letter and alone (A7)', async () => {
    expect(await judge(await forge({ aud: RESOURCE }))).toBe('accepted')
    expect(await judge(await forge({ aud: `${RESOURCE}/` }))).toBe('attestation_audience_mismatch audience')
    expect(await judge(await forge({ aud: 'https://other.example/mcp' }))).toBe(
      'attestation_audience_mismatch audience',
    )
    for (const aud of [[RESOURCE], [RESOURCE, 'https://other.example'], [], null]) {
      expect(await judge(await forge({ aud }))).toBe('attestation_audience_mismatch several_audiences')
    }
  })

  it('need not be said, as the proof binds it, unless this server demands it', async () => {
    const text = await forge()
    expect(await judge(text)).toBe('accepted')
    expect(await judge(text, { ...EXPECTED, requireAudience: true })).toBe('attestation_audience_mismatch no_audience')
  })
})

describe('for whom an issuer may speak (A15)', () => {
  it('is its own providers', async () => {
    const text = await forge({ agent_identity: { ...IDENTITY, provider: 'openai' } })
    expect(await judge(text)).toBe('attestation_issuer_untrusted provider')
  })

  it.each([
    ['spiffe://anthropic.com/agent/7', 'accepted'],
    ['spiffe://other.example/agent/7', 'attestation_issuer_untrusted trust_domain'],
    ['spiffe://anthropic.com.evil.example/agent/7', 'attestation_issuer_untrusted trust_domain'],
    ['SPIFFE://anthropic.com/agent/7', 'attestation_issuer_untrusted trust_domain'],
    ['spiffe://Anthropic.com/agent/7', 'attestation_issuer_untrusted trust_domain'],
    ['spiffe://anthropic.com/agent/../7', 'attestation_issuer_untrusted trust_domain'],
    ['spiffe://anthropic.com@evil.example/7', 'attestation_issuer_untrusted trust_domain'],
  ])('is its own trust domain: %s is %s', async (sub, outcome) => {
    const world = setUp({ trustDomain: 'anthropic.com' })
    const text = await forge({ sub })
    expect(outcomeOf(await world.attestations.verify(text, { ...EXPECTED, clientId: sub }))).toBe(outcome)
  })

  it('is no SPIFFE ID at all where it has no trust domain', async () => {
    const sub = 'spiffe://anthropic.com/agent/7'
    expect(await judge(await forge({ sub }), { ...EXPECTED, clientId: sub })).toBe(
      'attestation_issuer_untrusted trust_domain',
    )
  })
})

describe('an attestation of an issuer whose attestations come in another way', () => {
  it('is refused in the header, whatever it says', async () => {
    const { ledger } = makeLedger(() => NOW)
    const world = setUp({ legacy: true }, { ledger })
    for (const text of [await forge(), await forge({ cnf: undefined, aud: RESOURCE })]) {
      expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('attestation_issuer_untrusted carriage')
    }
  })
})

describe('an attestation seen again', () => {
  /** A ring whose one key can be put in the place of another. */
  function setUpRing() {
    const state = { key: issuerKey }
    const verifier = createFastVerifier()
    const ring: KeyRing = {
      find: async (_kid, algorithm) =>
        verifier.importKey({ kty: 'OKP', crv: 'Ed25519', x: state.key.jwk.x ?? '' }, algorithm),
    }
    return { ...setUp({ keys: ring }, { verifier }), state }
  }

  /** A ring that is asked each time, and can take its key back. */
  function makeRing(): { ring: KeyRing; state: { answer: 'key' | 'revoked' | 'down'; asked: number } } {
    const state = { answer: 'key' as 'key' | 'revoked' | 'down', asked: 0 }
    const imported = createFastVerifier().importKey({ kty: 'OKP', crv: 'Ed25519', x: issuerKey.jwk.x ?? '' }, 'Ed25519')
    const ring: KeyRing = {
      async find() {
        state.asked++
        if (state.answer === 'revoked') return refuse('invalid_token', 'key_revoked')
        if (state.answer === 'down') return refuse('keys_unavailable')
        const result = await imported
        return result.ok ? ok<VerifyKey>(result.value) : result
      },
    }
    return { ring, state }
  }

  it('costs no second verification, and falls at once with the key that signed it', async () => {
    const { ring, state } = makeRing()
    const fast = createFastVerifier()
    let verified = 0
    const verifier = {
      ...fast,
      verify: (...args: Parameters<typeof fast.verify>) => {
        verified++
        return fast.verify(...args)
      },
    }
    const world = setUp({ keys: ring }, { verifier })
    const text = await forge()
    for (let i = 0; i < 5; i++) expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('accepted')
    expect(verified).toBe(1)
    expect(state.asked).toBe(5)
    state.answer = 'revoked'
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('attestation_invalid key_revoked')
  })

  it('is verified again when its issuer has another key under that name by now', async () => {
    const world = setUpRing()
    const text = await forge()
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('accepted')
    world.state.key = strangersKey
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('attestation_invalid signature')
    expect(outcomeOf(await world.attestations.verify(await forge({}, {}, strangersKey), EXPECTED))).toBe('accepted')
    world.state.key = issuerKey
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('accepted')
  })

  it('is refused once its issuer has been taken off the list', async () => {
    const verifier = createFastVerifier()
    const list = createTrustList(verifier, [LINE])
    const state = { trusted: true }
    const trust = { ...list, find: (issuer: string) => (state.trusted ? list.find(issuer) : undefined) }
    const world = setUp({}, { verifier, trust })
    const text = await forge()
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('accepted')
    state.trusted = false
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toMatch(/^attestation_issuer_untrusted/)
  })

  it('is judged anew for each addressee and each moment', async () => {
    const world = setUp()
    const text = await forge({ aud: RESOURCE })
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('accepted')
    const elsewhere = { ...EXPECTED, audience: 'https://other.example' }
    expect(outcomeOf(await world.attestations.verify(text, elsewhere))).toBe('attestation_audience_mismatch audience')
    world.time.now = NOW + 330
    expect(outcomeOf(await world.attestations.verify(text, EXPECTED))).toBe('attestation_expired expired')
  })

  it('is not let through while nobody can say what keys there are (A12)', async () => {
    const { ring, state } = makeRing()
    const world = setUp({ keys: ring })
    state.answer = 'down'
    expect(outcomeOf(await world.attestations.verify(await forge(), EXPECTED))).toBe('keys_unavailable unknown_key')
  })
})
