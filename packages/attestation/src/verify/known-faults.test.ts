/** Faults that earlier implementations of this protocol had, each as a case of its own. */
import type { Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { judgeAttestation } from '../policy/attestation-policy.ts'
import {
  EXPECTED,
  forge,
  LINE,
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
import { createAttestationVerifier } from './verify-attestation.ts'

const single = { cnf: undefined, aud: RESOURCE }
const noProof = { ...EXPECTED, proofThumbprint: 'none' as const }

function setUpSingleUse() {
  const time = { now: NOW }
  const { ledger, asked } = makeLedger(() => time.now)
  const world = setUp({ acceptUnbound: true }, { ledger, clock: () => time.now })
  const judge = async (text: string) => outcomeOf(await world.attestations.verify(text, noProof))
  return { ...world, time, asked, judge }
}

describe('earlier implementations', () => {
  it('answered every failure with one code; here each has its own', async () => {
    const world = setUpSingleUse()
    const used = await forge({ ...single, jti: 'used' })
    await world.judge(used)
    const outcomes = await Promise.all([
      judgeAttestation({ presence: 'required' }, undefined),
      world.attestations.verify(await forge({ iss: 'https://stranger.example' }), EXPECTED),
      world.attestations.verify(await forge({}, {}, strangersKey), EXPECTED),
      world.attestations.verify(await forge({ aud: 'https://other.example' }), EXPECTED),
      world.attestations.verify(await forge(), noProof),
      world.attestations.verify(used, noProof),
      judgeAttestation(
        { presence: 'optional', minimumSafetyLevel: 'enhanced' },
        await world.attestations.verify(await forge(), EXPECTED),
      ),
    ])
    expect(outcomes.map((result) => outcomeOf(result).split(' ')[0])).toEqual([
      'attestation_required',
      'attestation_issuer_untrusted',
      'attestation_invalid',
      'attestation_audience_mismatch',
      'attestation_key_mismatch',
      'attestation_replay',
      'attestation_policy',
    ])
  })

  it.each(['required', 'preferred', 'optional'] as const)(
    'let a forged attestation through where one is optional; under %s it is refused',
    async (presence) => {
      const { attestations } = setUp()
      const forged = await attestations.verify(await forge({}, {}, strangersKey), EXPECTED)
      expect(outcomeOf(judgeAttestation({ presence }, forged))).toBe('attestation_invalid signature')
    },
  )

  it('gave an enterprise issuer the level of a provider; here the trust list says the level', async () => {
    const { attestations } = setUp({ level: 'enterprise' })
    const text = await forge({ attestation_type: 'provider', level: 'provider' })
    expect(unwrap(await attestations.verify(text, EXPECTED)).level).toBe('enterprise')
  })

  it('accepted a life of one year; here 600 s are the most', async () => {
    const { attestations } = setUp()
    for (const [life, outcome] of [
      [600, 'accepted'],
      [601, 'attestation_invalid lifetime'],
      [31_536_000, 'attestation_invalid lifetime'],
      [0, 'attestation_invalid lifetime'],
      [-60, 'attestation_invalid lifetime'],
    ] as const) {
      expect(outcomeOf(await attestations.verify(await forge({ exp: NOW + life }), EXPECTED))).toBe(outcome)
    }
    expect(() => setUp({}, { times: { maxLifetime: 601 } })).toThrow(RangeError)
  })

  it('did not look at the audience; here one that is named is compared', async () => {
    const { attestations } = setUp()
    const text = await forge({ aud: 'https://other.example' })
    expect(outcomeOf(await attestations.verify(text, EXPECTED))).toBe('attestation_audience_mismatch audience')
  })

  it('allowed for clocks at the beginning of a life and not at its end; here 30 s at both', async () => {
    for (const [offset, outcome] of [
      [-30, 'accepted'],
      [-30.1, 'attestation_expired not_yet'],
      [329.9, 'accepted'],
      [330, 'attestation_expired expired'],
    ] as const) {
      const { attestations, time } = setUp()
      time.now = NOW + offset
      expect(outcomeOf(await attestations.verify(await forge(), EXPECTED)), String(offset)).toBe(outcome)
    }
    const later = await forge({ nbf: NOW + 31 })
    expect(outcomeOf(await setUp().attestations.verify(later, EXPECTED))).toBe('attestation_expired not_yet')
  })

  it('forgot an id at expiry and accepted the attestation for 30 s more; here no moment is left between', async () => {
    const world = setUpSingleUse()
    const text = await forge(single)
    expect(await world.judge(text)).toBe('accepted')
    for (let offset = 1; offset < 400; offset += 0.5) {
      world.time.now = NOW + offset
      expect(await world.judge(text)).toBe(offset < 330 ? 'attestation_replay' : 'attestation_expired expired')
    }
  })

  it('used an id up before they looked at the claims; here a refused attestation has used up nothing', async () => {
    const world = setUpSingleUse()
    for (const claims of [
      { ...single, exp: undefined },
      { ...single, sub: 'another' },
      { ...single, aud: 'https://other.example' },
      { ...single, agent_identity: undefined },
    ]) {
      await world.judge(await forge(claims))
    }
    await world.judge(await forge(single, {}, strangersKey))
    expect(world.asked).toEqual([])
    expect(await world.judge(await forge(single))).toBe('accepted')
    expect(world.asked).toEqual(['attestation'])
  })

  it('had no case for a name that is one letter off; here it is refused and named', async () => {
    const { attestations } = setUp()
    expect(await attestations.verify(await forge({ iss: 'https://anthroplc.com' }), EXPECTED)).toEqual({
      ok: false,
      rejection: {
        code: 'attestation_issuer_untrusted',
        reason: 'look_alike',
        resembles: { issuer: 'https://anthropic.com', how: 'confusable' },
      },
    })
  })

  it('took keys over plain http; here no issuer is trusted that is named by it', () => {
    const verifier = createFastVerifier()
    expect(() => createTrustList(verifier, [{ ...LINE, issuer: 'http://anthropic.com' }])).toThrow(/https/)
    expect(() => createTrustList(verifier, [{ ...LINE, issuer: 'http://127.0.0.1:7500' }])).not.toThrow()
  })
})

describe('a single-use attestation (no cnf)', () => {
  it('is refused unless its issuer may send such', async () => {
    expect(outcomeOf(await setUp().attestations.verify(await forge(single), noProof))).toBe('attestation_invalid cnf')
  })

  it('is accepted once, of a hundred that come at once', async () => {
    const world = setUpSingleUse()
    const text = await forge(single)
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => world.judge(text)))
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'attestation_replay')).toHaveLength(99)
  })

  it('has a twin with another signature, which finds the same id spent', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const key = await makeKey('ES256')
    const { ledger } = makeLedger(() => NOW)
    const { attestations } = setUp({ acceptUnbound: true, keys: { keys: [key.jwk] } }, { ledger })
    const text = await forge(single, { kid: undefined }, key)
    const signature = Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url')
    const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`)
    signature.write(s.toString(16).padStart(64, '0'), 32, 'hex')
    const twin = `${text.slice(0, text.lastIndexOf('.'))}.${signature.toString('base64url')}`
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('accepted')
    expect(outcomeOf(await attestations.verify(twin, noProof))).toBe('attestation_replay')
  })

  it('has to name its audience', async () => {
    expect(await setUpSingleUse().judge(await forge({ cnf: undefined }))).toBe(
      'attestation_audience_mismatch no_audience',
    )
  })

  it('never satisfies a policy that requires one', async () => {
    const world = setUpSingleUse()
    const result = await world.attestations.verify(await forge(single), noProof)
    expect(outcomeOf(judgeAttestation({ presence: 'required' }, result))).toBe('attestation_required unbound')
    expect(outcomeOf(judgeAttestation({ presence: 'preferred' }, result))).toBe('accepted')
  })

  it('is refused while the ledger cannot answer', async () => {
    const ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('down')) } as const
    const { attestations } = setUp({ acceptUnbound: true }, { ledger })
    expect(outcomeOf(await attestations.verify(await forge(single), noProof))).toBe('ledger_unavailable')
  })

  it('is not accepted at all without a ledger that lasts', () => {
    const verifier = createFastVerifier()
    const trust = createTrustList(verifier, [{ ...LINE, acceptUnbound: true }])
    expect(() => createAttestationVerifier({ verifier, clock: () => NOW, trust })).toThrow(/durable ledger/)
    const run: Ledger = { lifetime: 'run', spend: () => Promise.resolve({ spent: true }) }
    expect(() => createAttestationVerifier({ verifier, clock: () => NOW, trust, ledger: run })).toThrow(TypeError)
  })

  it('with a key of its own still needs the proof: leaving that out makes it no single-use one', async () => {
    const world = setUpSingleUse()
    const key = await makeKey('ES256')
    expect(await world.judge(await forge({ cnf: { jwk: key.jwk }, aud: RESOURCE }))).toBe(
      'attestation_key_mismatch no_proof',
    )
  })
})
