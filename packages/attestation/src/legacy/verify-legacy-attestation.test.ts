import type { AttestationEvent, KeyRing, Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { judgeAttestation } from '../policy/attestation-policy.ts'
import {
  instanceKey,
  type Members,
  makeKey,
  NOW,
  outcomeOf,
  RESOURCE,
  strangersKey,
  unwrap,
} from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import {
  forgeLegacy,
  LEGACY_CLAIMS,
  LEGACY_ISSUER,
  LEGACY_LINE,
  LEGACY_LINE_KEY,
  setUpLegacy,
} from '../testing/legacy.test-fixture.ts'
import { createStaticKeyRing } from '../trust/static-key-ring.ts'
import { createTrustList } from '../trust/trust-list.ts'
import { createLegacyAttestationVerifier } from './verify-legacy-attestation.ts'

const noProof = { audience: RESOURCE, proofThumbprint: 'none' } as const
const openai = { ...LEGACY_CLAIMS.agent_identity, provider: 'openai' }
const olderMetadata = { ...LEGACY_CLAIMS.attestation_metadata, attestation_version: '0.0.9' }
const withProof = { audience: RESOURCE, proofThumbprint: instanceKey.thumbprint }

describe('an attestation of the legacy carriage', () => {
  it('yields what it says, with the level of the trust list and not its own', async () => {
    const { attestations, time } = setUpLegacy([{ ...LEGACY_LINE, level: 'enterprise' }])
    time.now = NOW + 7
    expect(unwrap(await attestations.verify(await forgeLegacy(), noProof))).toMatchObject({
      issuer: LEGACY_ISSUER,
      level: 'enterprise',
      binding: 'single_use',
      subject: LEGACY_CLAIMS.sub,
      agent: { identity: LEGACY_CLAIMS.agent_identity, integrity: {}, assurance: 'asserted' },
      keyId: 'anthropic-2025-01',
      jkt: undefined,
      expires: NOW + 300,
      skew: 7,
      shortId: '550e8400',
    })
  })

  it('may leave its deployment unnamed, and then nobody is named', async () => {
    const { deployment_id: _, ...identity } = LEGACY_CLAIMS.agent_identity
    const { attestations } = setUpLegacy()
    const verified = unwrap(await attestations.verify(await forgeLegacy({ agent_identity: identity }), noProof))
    expect(verified.agent.identity).toEqual({ ...identity, deployment_id: '' })
    const named = await forgeLegacy({ agent_identity: { ...identity, deployment_id: '' } })
    expect(outcomeOf(await attestations.verify(named, noProof))).toBe('attestation_invalid agent_identity')
  })

  it('never satisfies a policy that requires one, and is judged by every other', async () => {
    const { attestations } = setUpLegacy()
    const verified = await attestations.verify(await forgeLegacy(), noProof)
    expect(outcomeOf(judgeAttestation({ presence: 'required' }, verified))).toBe('attestation_required unbound')
    expect(judgeAttestation({ presence: 'preferred' }, verified)).toMatchObject({
      ok: true,
      value: { level: 'provider' },
    })
    const enhanced = judgeAttestation({ presence: 'optional', minimumSafetyLevel: 'enhanced' }, verified)
    expect(outcomeOf(enhanced)).toBe('attestation_policy safety_level')
  })

  it('that names a key is good only with a proof by that key, and still only once', async () => {
    const { attestations } = setUpLegacy()
    const text = await forgeLegacy({ cnf: { jwk: instanceKey.jwk, tls_binding: null } })
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('attestation_key_mismatch no_proof')
    const stolen = { ...noProof, proofThumbprint: strangersKey.thumbprint }
    expect(outcomeOf(await attestations.verify(text, stolen))).toBe('attestation_key_mismatch other_key')
    expect(unwrap(await attestations.verify(text, withProof)).binding).toBe('single_use')
    expect(outcomeOf(await attestations.verify(text, withProof))).toBe('attestation_replay')
  })

  it.each([
    ['no object', 'key'],
    ['a thumbprint', { jkt: instanceKey.thumbprint }],
    ['no key', { jwk: null }],
    ['a channel', { tls_binding: {} }],
  ])('is refused when nobody can say whether its cnf holds: %s', async (_, cnf) => {
    const { attestations } = setUpLegacy()
    expect(outcomeOf(await attestations.verify(await forgeLegacy({ cnf }), withProof))).toBe('attestation_invalid cnf')
  })

  it.each<{ claims?: Members; header?: Members; outcome: string }>([
    { claims: { sub: 'spiffe://acme.corp/agent/finance-bot' }, outcome: 'attestation_issuer_untrusted trust_domain' },
    { claims: { sub: 'spiffe://anthropic.com//x' }, outcome: 'attestation_invalid sub' },
    { claims: { agent_identity: openai }, outcome: 'attestation_issuer_untrusted provider' },
    { claims: { attestation_metadata: olderMetadata }, outcome: 'attestation_invalid attestation_version' },
    { claims: { aud: [RESOURCE] }, outcome: 'attestation_audience_mismatch several_audiences' },
    { claims: { aud: undefined }, outcome: 'attestation_invalid claim_missing' },
    { claims: { nbf: '1' }, outcome: 'attestation_invalid nbf' },
    { claims: { exp: NOW + 601 }, outcome: 'attestation_invalid lifetime' },
    { header: { jwk: instanceKey.jwk }, outcome: 'attestation_invalid embedded_key' },
    { header: { typ: 'jwt' }, outcome: 'attestation_invalid typ' },
    { header: { kid: '' }, outcome: 'attestation_invalid kid' },
    { header: { kid: 'other' }, outcome: 'attestation_invalid unknown_key' },
  ])('is refused, and nothing is used up: $outcome', async ({ claims, header, outcome }) => {
    const { attestations, asked } = setUpLegacy()
    expect(outcomeOf(await attestations.verify(await forgeLegacy(claims, header), noProof))).toBe(outcome)
    expect(asked).toEqual([])
  })

  it('is not accepted of an issuer that may not sign so', async () => {
    const { attestations } = setUpLegacy([{ ...LEGACY_LINE, algorithms: ['Ed25519'] }])
    expect(outcomeOf(await attestations.verify(await forgeLegacy(), noProof))).toBe('attestation_invalid alg')
  })

  it('of an issuer that speaks for no trust domain is nobody’s', async () => {
    const { trustDomain: _, ...line } = LEGACY_LINE
    const outcome = outcomeOf(await setUpLegacy([line]).attestations.verify(await forgeLegacy(), noProof))
    expect(outcome).toBe('attestation_issuer_untrusted trust_domain')
  })

  it('has 30 s of tolerance at either end, and is kept for as long as anybody accepts it', async () => {
    for (const [offset, outcome] of [
      [-30, 'accepted'],
      [-31, 'attestation_expired not_yet'],
      [329, 'accepted'],
      [330, 'attestation_expired expired'],
    ] as const) {
      const { attestations, time } = setUpLegacy()
      time.now = NOW + offset
      expect(outcomeOf(await attestations.verify(await forgeLegacy(), noProof)), String(offset)).toBe(outcome)
    }
    const { attestations, time } = setUpLegacy()
    const text = await forgeLegacy()
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('accepted')
    for (let offset = 0; offset < 400; offset += 0.5) {
      time.now = NOW + offset
      expect(outcomeOf(await attestations.verify(text, noProof))).not.toBe('accepted')
    }
  })

  it('dated ahead and used before its date, is not good again once the store has lost its memory', async () => {
    const { attestations, loseMemory } = setUpLegacy()
    const text = await forgeLegacy({ iat: NOW + 30, nbf: NOW + 30 })
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('accepted')
    loseMemory()
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('attestation_replay')
  })

  it('is accepted once of many at the same time', async () => {
    const { attestations } = setUpLegacy()
    const text = await forgeLegacy()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => attestations.verify(text, noProof)))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('cannot be used up by what is refused for another reason', async () => {
    const { attestations, asked } = setUpLegacy()
    const text = await forgeLegacy()
    expect((await attestations.verify(text, { ...noProof, audience: 'https://other.example' })).ok).toBe(false)
    expect((await attestations.verify(`${text}A`, noProof)).ok).toBe(false)
    expect(asked).toEqual([])
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('accepted')
    expect(asked).toEqual(['attestation'])
  })

  it('is not accepted when nobody can say whether it was used', async () => {
    const ledger: Ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('disk full')) }
    const { attestations } = setUpLegacy([LEGACY_LINE], { ledger })
    expect(outcomeOf(await attestations.verify(await forgeLegacy(), noProof))).toBe('ledger_unavailable')
  })

  it('is not accepted when nobody can say whose key it is signed with', async () => {
    const keys: KeyRing = { find: async () => ({ ok: false, rejection: { code: 'keys_unavailable' } }) }
    const { attestations } = setUpLegacy([{ ...LEGACY_LINE, keys }])
    expect(outcomeOf(await attestations.verify(await forgeLegacy(), noProof))).toBe('keys_unavailable unknown_key')
  })

  it('is not accepted when its key took so long to come that it has expired', async () => {
    const ring = createStaticKeyRing(createFastVerifier(), { keys: [LEGACY_LINE_KEY] })
    const keys: KeyRing = {
      async find(kid, algorithm) {
        world.time.now = NOW + 330
        return ring.find(kid, algorithm)
      },
    }
    const world = setUpLegacy([{ ...LEGACY_LINE, keys }])
    expect(outcomeOf(await world.attestations.verify(await forgeLegacy(), noProof))).toBe('attestation_expired expired')
  })
})

describe('the two carriages', () => {
  it('do not take what was made for the other', async () => {
    const { attestations } = setUpLegacy()
    const typed = await forgeLegacy({}, { typ: 'oauth-client-attestation+jwt' })
    expect(outcomeOf(await attestations.verify(typed, noProof))).toBe('attestation_invalid typ')
    const renamed = await forgeLegacy({}, { alg: 'Ed25519' })
    expect(outcomeOf(await attestations.verify(renamed, noProof))).toBe('attestation_invalid alg')
  })

  it('do not take the issuers of the other: choosing the weaker one gains nothing', async () => {
    const { legacy: _, ...line } = LEGACY_LINE
    const { attestations } = setUpLegacy([line])
    const outcome = outcomeOf(await attestations.verify(await forgeLegacy(), noProof))
    expect(outcome).toBe('attestation_issuer_untrusted carriage')
    const optedIn = setUpLegacy().attestations
    expect(outcomeOf(await optedIn.verify(await forgeLegacy(), noProof)), 'lands where it is opted in').toBe('accepted')
  })
})

describe('what was verified earlier', () => {
  it('stands until exp, without tolerance', async () => {
    const { attestations, time } = setUpLegacy()
    const verified = unwrap(await attestations.verify(await forgeLegacy(), noProof))
    time.now = NOW + 299.9
    expect(await attestations.confirm(verified)).toBeUndefined()
    time.now = NOW + 300
    expect(await attestations.confirm(verified)).toMatchObject({ rejection: { code: 'attestation_expired' } })
  })

  it('falls with its key, also when another takes its name', async () => {
    const verifier = createFastVerifier()
    const { jwk } = await makeKey('Ed25519')
    let keys = createStaticKeyRing(verifier, { keys: [LEGACY_LINE_KEY] })
    const ring: KeyRing = { find: (kid, algorithm) => keys.find(kid, algorithm) }
    const { attestations } = setUpLegacy([{ ...LEGACY_LINE, keys: ring }])
    const verified = unwrap(await attestations.verify(await forgeLegacy(), noProof))
    expect(await attestations.confirm(verified)).toBeUndefined()
    keys = createStaticKeyRing(verifier, { keys: [{ ...jwk, kid: 'anthropic-2025-01' }] })
    expect(await attestations.confirm(verified)).toMatchObject({ rejection: { code: 'attestation_invalid' } })
    keys = createStaticKeyRing(verifier, { keys: [{ ...jwk, kid: 'anthropic-2025-02' }] })
    expect(await attestations.confirm(verified)).toMatchObject({ rejection: { reason: 'unknown_key' } })
  })

  it('falls with its issuer', async () => {
    const { attestations } = setUpLegacy()
    const verified = unwrap(await attestations.verify(await forgeLegacy(), noProof))
    const gone = await setUpLegacy([]).attestations.confirm(verified)
    expect(gone).toMatchObject({ rejection: { code: 'attestation_issuer_untrusted' } })
  })
})

describe('a verifier of the legacy carriage', () => {
  it('is not made with a ledger that forgets', () => {
    const verifier = createFastVerifier()
    const trust = createTrustList(verifier, [LEGACY_LINE])
    const { ledger } = makeLedger(() => NOW)
    const make = () =>
      createLegacyAttestationVerifier({ verifier, clock: () => NOW, trust, ledger: { ...ledger, lifetime: 'run' } })
    expect(make).toThrow(/durable ledger/)
    expect(() => setUpLegacy([LEGACY_LINE], { times: { maxLifetime: 601 } })).toThrow(RangeError)
  })

  it('tells of every attestation that is shown, how it came and what came of it', async () => {
    const events: AttestationEvent[] = []
    const { attestations } = setUpLegacy([LEGACY_LINE], { events: (event) => events.push(event) })
    const text = await forgeLegacy()
    await attestations.verify(text, noProof)
    await attestations.verify(text, noProof)
    await attestations.verify(await forgeLegacy({ iss: 'https://api.anthroplc.com' }), noProof)
    const common = { carriage: 'legacy', cached: false, seconds: expect.any(Number) }
    expect(events).toEqual([
      {
        type: 'attestation_verified',
        issuer: LEGACY_ISSUER,
        level: 'provider',
        binding: 'single_use',
        skew: 0,
        shortId: '550e8400',
        ...common,
      },
      { type: 'attestation_refused', code: 'attestation_replay', issuer: LEGACY_ISSUER, ...common },
      {
        type: 'attestation_refused',
        code: 'attestation_issuer_untrusted',
        reason: 'look_alike',
        resembles: { issuer: LEGACY_ISSUER, how: expect.any(String) },
        ...common,
      },
    ])
    expect(JSON.stringify(events)).not.toContain(text.split('.')[1])
  })
})
