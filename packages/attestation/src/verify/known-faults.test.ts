/** Faults that earlier implementations of this protocol had, each as a case of its own: first what it did, then what is. */
import type { AttestationEvent, Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { attestationLevels, reaches, safetyLevels } from '../claims/ranks.ts'
import { judgeAttestation } from '../policy/attestation-policy.ts'
import {
  EXPECTED,
  forge,
  LINE,
  NOW,
  outcomeOf,
  setUp,
  strangersKey,
  unwrap,
} from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import { noProof, setUpSingleUse, single } from '../testing/single-use.test-fixture.ts'
import { createTrustList } from '../trust/trust-list.ts'
import { weakenVerification } from '../unsafe/weakened-verification.ts'
import { verification } from './verification.ts'
import { assembleAttestationVerifier, createAttestationVerifier } from './verify-attestation.ts'

/** A verifier of single-use attestations with other checks, or another ledger, than ours. */
function setUpOther(checks = verification, wrap: (ledger: Ledger) => Ledger = (ledger) => ledger) {
  const time = { now: NOW }
  const clock = () => time.now
  const verifier = createFastVerifier()
  const trust = createTrustList(verifier, [{ ...LINE, acceptUnbound: true }])
  const ledger = wrap(makeLedger(clock).ledger)
  const attestations = assembleAttestationVerifier({ verifier, clock, trust, ledger }, checks)
  const judge = async (text: string, expected = noProof) => outcomeOf(await attestations.verify(text, expected))
  return { judge, time }
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
      world.attestations.verify(await forge({ iat: NOW - 600, nbf: NOW - 600, exp: NOW - 300 }), EXPECTED),
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
      'attestation_expired',
      'attestation_audience_mismatch',
      'attestation_key_mismatch',
      'attestation_replay',
      'attestation_policy',
    ])
  })

  it.each(['preferred', 'optional'] as const)(
    'took a forged attestation for a missing one, and served it under %s; here it is refused',
    async (presence) => {
      const forged = await setUp().attestations.verify(await forge({}, {}, strangersKey), EXPECTED)
      expect(outcomeOf(judgeAttestation({ presence }, forged.ok ? forged : undefined))).toBe('accepted')
      expect(outcomeOf(judgeAttestation({ presence }, forged))).toBe('attestation_invalid signature')
    },
  )

  it('gave an enterprise issuer the level of a provider; here the trust list says the level', async () => {
    const { attestations } = setUp({ level: 'enterprise' })
    const text = await forge({ attestation_type: 'provider', level: 'provider' })
    const verified = await attestations.verify(text, EXPECTED)
    expect(unwrap(verified).level).toBe('enterprise')
    expect(outcomeOf(judgeAttestation({ presence: 'optional', minimumLevel: 'provider' }, verified))).toBe(
      'attestation_policy level',
    )
  })

  it('compared levels as text, where none is above enterprise and enhanced below minimal; here by their place', () => {
    const isAsText = (actual: string, least: string) => actual >= least
    expect([isAsText('none', 'enterprise'), isAsText('enhanced', 'minimal')]).toEqual([true, false])
    expect([reaches(attestationLevels, 'none', 'enterprise'), reaches(safetyLevels, 'enhanced', 'minimal')]).toEqual([
      false,
      true,
    ])
  })

  it('accepted a life of one year; here 600 s are the most', async () => {
    const year = await forge({ ...single, exp: NOW + 31_536_000 })
    expect(await setUpOther(weakenVerification(['no_expiry'])).judge(year)).toBe('accepted')
    for (const [life, outcome] of [
      [600, 'accepted'],
      [601, 'attestation_invalid lifetime'],
      [31_536_000, 'attestation_invalid lifetime'],
      [0, 'attestation_invalid lifetime'],
      [-60, 'attestation_invalid lifetime'],
    ] as const) {
      const { attestations } = setUp()
      expect(outcomeOf(await attestations.verify(await forge({ exp: NOW + life }), EXPECTED))).toBe(outcome)
    }
    expect(() => setUp({}, { times: { maxLifetime: 601 } })).toThrow(RangeError)
  })

  it('did not look at the audience; here one that is named is compared', async () => {
    const text = await forge({ ...single, aud: 'https://other.example' })
    expect(await setUpOther(weakenVerification(['no_audience'])).judge(text)).toBe('accepted')
    expect(await setUpOther().judge(text)).toBe('attestation_audience_mismatch audience')
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
    const text = await forge(single)
    const forgetful = setUpOther(verification, ({ lifetime, spend }) => ({
      lifetime,
      spend: (spends) => spend(spends.map((one) => ({ ...one, until: NOW + 300 }))),
    }))
    expect(await forgetful.judge(text)).toBe('accepted')
    forgetful.time.now = NOW + 300
    expect(await forgetful.judge(text)).toBe('accepted')

    const world = setUpSingleUse()
    expect(await world.judge(text)).toBe('accepted')
    for (let offset = 1; offset < 400; offset += 0.5) {
      world.time.now = NOW + offset
      expect(await world.judge(text)).toBe(offset < 330 ? 'attestation_replay' : 'attestation_expired expired')
    }
  })

  it('used an id up before they looked at the claims; here a refused attestation has used up nothing', async () => {
    const spendFirst = [...verification]
    const [last] = spendFirst.splice(-1)
    if (last === undefined) throw new Error('there must be a last check')
    spendFirst.splice(
      spendFirst.findIndex(({ name }) => name === 'issuer'),
      0,
      last,
    )
    const hasty = setUpOther(spendFirst)
    expect(await hasty.judge(await forge(single, {}, strangersKey))).toBe('attestation_invalid signature')
    expect(await hasty.judge(await forge(single))).toBe('attestation_replay')

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

  it('wrote an id down in one step and its end in the next, and could stop between; here one step says both', async () => {
    const calls: unknown[] = []
    const world = setUpOther(verification, ({ lifetime, spend }) => ({
      lifetime,
      spend: (spends) => {
        calls.push(spends)
        return spend(spends)
      },
    }))
    expect(await world.judge(await forge(single))).toBe('accepted')
    // The end of its life, the tolerance, and twice what clocks may differ.
    const spent = { kind: 'attestation', limit: 1, issued: NOW - 35, until: NOW + 300 + 30 + 10 }
    expect(calls).toEqual([[{ ...spent, key: expect.stringMatching(/^[\w-]{43}$/) }]])
  })

  it('had metrics that nothing ever fed; here each attestation that is shown is one event', async () => {
    const events: AttestationEvent[] = []
    const { attestations } = setUp({}, { events: (event) => events.push(event) })
    const text = await forge()
    await attestations.verify(text, EXPECTED)
    await attestations.verify(text, EXPECTED)
    await attestations.verify('', EXPECTED)
    expect(events.map(({ type }) => type)).toEqual([
      'attestation_verified',
      'attestation_verified',
      'attestation_refused',
    ])
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

  it('let replays through while the store was down; here nothing passes, and a store that forgets is not taken', async () => {
    const down = setUpOther(verification, () => ({
      lifetime: 'durable',
      spend: () => Promise.reject(new Error('down')),
    }))
    expect(await down.judge(await forge(single))).toBe('ledger_unavailable')
    const verifier = createFastVerifier()
    const trust = createTrustList(verifier, [{ ...LINE, acceptUnbound: true }])
    const ledger: Ledger = { lifetime: 'run', spend: () => Promise.resolve({ spent: true }) }
    expect(() => createAttestationVerifier({ verifier, clock: () => NOW, trust, ledger })).toThrow(TypeError)
  })
})
